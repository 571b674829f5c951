mod client_organization;
mod loan_customer;
mod service_contact;
mod property_customer;
