mod loan_customer;
mod property_customer;
