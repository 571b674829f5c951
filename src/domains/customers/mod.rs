//! Whom the business serves: one kind of customer for each realm.

pub mod property_customer;

use async_graphql::MergedObject;

pub use property_customer::PropertyCustomer;

#[derive(MergedObject, Default)]
pub struct CustomersQuery(property_customer::PropertyCustomerQuery);

#[derive(MergedObject, Default)]
pub struct CustomersMutation(property_customer::PropertyCustomerMutation);
