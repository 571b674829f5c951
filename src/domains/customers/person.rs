//! One human being, as all realms together know him: whoever has the same phone number.
//!
//! No table: a person is what the viewer may see of the customers that share a match key.

use std::cmp::Reverse;

use async_graphql::{ComplexObject, Context, Object, SimpleObject};

use super::Customer;
use crate::{
    auth::{Realm, SignedIn},
    db::Time,
    domains::engagement::Interaction,
    error::{AppError, AppResult},
    graphql::{
        ContextExt,
        input::phone_key,
        merged::{MergedConnection, Merger},
        page,
    },
};

/// Human being whom several realms may know
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Person {
    /// Phone number that the realms have in common
    pub mobile: String,
    /// The person as a customer of each realm, last changed first
    pub customers: Vec<Customer>,
}

#[ComplexObject]
impl Person {
    /// Name, as the realm that changed it last knows it
    async fn name(&self, ctx: &Context<'_>) -> async_graphql::Result<String> {
        match self.customers.first() {
            Some(customer) => customer.name(ctx).await,
            None => Ok(String::new()),
        }
    }

    /// Realms that know the person
    async fn realms(&self) -> Vec<Realm> {
        let mut realms: Vec<Realm> = self.customers.iter().map(Customer::known_in).collect();
        realms.sort();
        realms.dedup();
        realms
    }

    /// What happened between the person and staff of all realms, newest first
    #[graphql(complexity = "page::cost(first, None, None, child_complexity)")]
    async fn interactions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> AppResult<MergedConnection<Interaction>> {
        Interaction::of_customers(ctx, &self.customers, Merger::new(ctx, first, after)?).await
    }
}

impl Customer {
    fn known_in(&self) -> Realm {
        match self {
            Customer::LoanCustomer(_) => Realm::Loan,
            Customer::ServiceContact(_) => Realm::Service,
            Customer::PropertyCustomer(_) => Realm::Estate,
        }
    }

    fn changed(&self) -> Time {
        match self {
            Customer::LoanCustomer(customer) => customer.updated_at,
            Customer::ServiceContact(customer) => customer.updated_at,
            Customer::PropertyCustomer(customer) => customer.updated_at,
        }
    }
}

#[derive(Default)]
pub struct PersonQuery;

#[Object]
impl PersonQuery {
    /// The person with this phone number, as far as the viewer may see; null where no realm knows it
    #[graphql(guard = "SignedIn")]
    async fn person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Phone number, however it is written")] mobile: String,
    ) -> AppResult<Option<Person>> {
        let key = phone_key(&mobile);
        if key.len() < 5 {
            return Err(AppError::bad_input("mobile", "Not a phone number"));
        }
        let mut customers = Customer::with_mobile(&mut ctx.read().await?, ctx.viewer()?, &key).await?;
        customers.sort_by_key(|customer| Reverse(customer.changed()));
        Ok((!customers.is_empty()).then_some(Person { mobile: key, customers }))
    }
}
