mod client_organization;
mod family;
mod loan_customer;
mod property_customer;
pub mod resident;
mod resident_import;
mod service_contact;
