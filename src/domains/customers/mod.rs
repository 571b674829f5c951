//! Customers.

use async_graphql::Object;

#[derive(Default)]
pub struct CustomersQuery;
#[Object]
impl CustomersQuery {
    /// x
    async fn x(&self) -> i32 {
        1
    }
}
#[derive(Default)]
pub struct CustomersMutation;
#[Object]
impl CustomersMutation {
    /// x
    async fn y(&self) -> i32 {
        1
    }
}
