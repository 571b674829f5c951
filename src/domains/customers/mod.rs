//! Customers.

pub mod loan_customer;

use async_graphql::MergedObject;

pub use loan_customer::{ContactStatus, LoanCustomer};

#[derive(MergedObject, Default)]
pub struct CustomersQuery(loan_customer::LoanCustomerQuery);

#[derive(MergedObject, Default)]
pub struct CustomersMutation(loan_customer::LoanCustomerMutation);
