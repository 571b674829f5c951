mod client_organization;
mod loan_customer;
mod property_customer;
mod service_contact;
