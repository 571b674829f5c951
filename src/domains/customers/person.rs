//! One human being, as all realms together know him: whoever has the same phone number, or the same id number.
//!
//! No table: a person is what the viewer may see of the customers that share a match key.

use std::cmp::Reverse;

use async_graphql::{ComplexObject, Context, Object, SimpleObject};

use super::{Customer, customer::CustomerFilter};
use crate::{
    auth::{Realm, SignedIn},
    db::Time,
    domains::engagement::Interaction,
    error::{AppError, AppResult},
    graphql::{
        ContextExt,
        input::{id_number_key, phone_key},
        merged::{MergedConnection, Merger},
        page,
    },
};

/// Human being whom several realms may know
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Person {
    /// Phone number that was asked for
    pub mobile: Option<String>,
    /// Id number that was asked for
    pub id_number: Option<String>,
    /// The person as a customer of each realm, last changed first
    #[graphql(complexity = "10 * child_complexity")]
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
    #[graphql(complexity = 5)]
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
            Customer::BankCustomer(_) => Realm::Bank,
        }
    }

    fn changed(&self) -> Time {
        match self {
            Customer::LoanCustomer(customer) => customer.updated_at,
            Customer::ServiceContact(customer) => customer.updated_at,
            Customer::PropertyCustomer(customer) => customer.updated_at,
            Customer::BankCustomer(customer) => customer.updated_at,
        }
    }
}

#[derive(Default)]
pub struct PersonQuery;

#[Object]
impl PersonQuery {
    /// The person with this phone number or this id number, as far as the viewer may see; null where no realm knows it
    #[graphql(guard = "SignedIn")]
    async fn person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Phone number, however it is written, or")] mobile: Option<String>,
        #[graphql(desc = "the whole id number, which the realm BANK knows")] id_number: Option<String>,
    ) -> AppResult<Option<Person>> {
        let (mobile, id_number) = (mobile.as_deref().map(phone_key), id_number.as_deref().map(id_number_key));
        match (&mobile, &id_number) {
            (Some(mobile), None) if mobile.len() < 5 => {
                return Err(AppError::bad_input("mobile", "Not a phone number"));
            }
            (None, Some(number)) if number.is_empty() => {
                return Err(AppError::bad_input("idNumber", "Not an id number"));
            }
            (Some(_), None) | (None, Some(_)) => {}
            _ => return Err(AppError::bad_input("mobile", "Give either mobile or idNumber")),
        }
        let wanted = CustomerFilter { name: None, mobile: mobile.clone(), id_number: id_number.clone() };
        let mut customers = Customer::all(&mut ctx.read().await?, ctx.viewer()?, &wanted).await?;
        customers.sort_by_key(|customer| Reverse(customer.changed()));
        Ok((!customers.is_empty()).then_some(Person { mobile, id_number, customers }))
    }
}
