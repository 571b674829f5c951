//! A customer in whatever realm: the interface, the list over all realms, and the search.

use async_graphql::{Context, ID, InputObject, Interface, Object};
use diesel::prelude::*;

use super::{BankCustomer, LoanCustomer, PropertyCustomer, ServiceContact, Tag};
use crate::{
    auth::{Realm, SignedIn, Viewer},
    db::{
        Conn, Id, Where,
        sql::{begins, contains},
        tables::{bank_customers, loan_customers, property_customers, service_contacts},
    },
    domains::{engagement::Interaction, identity::StaffMember},
    error::{AppError, AppResult},
    graphql::{
        ContextExt, Entity,
        entity::Slice,
        id_number::IdNumber,
        input::{id_number_key, phone_key},
        merged::{Merged, MergedConnection, Merger},
        page,
        scalars::Long,
    },
};

/// Person whom a realm sells to or serves
#[derive(Clone, Debug, Interface)]
#[graphql(
    field(name = "id", ty = "ID", desc = "Opaque global id"),
    field(name = "databaseId", method = "database_id", ty = "Long", desc = "Number of the row in its table"),
    field(name = "realm", ty = "Realm", desc = "Realm that knows the customer"),
    field(name = "name", ty = "String", desc = "Name"),
    field(name = "mobile", method = "mobile_text", ty = "Option<String>", desc = "Phone number"),
    field(
        name = "idNumber",
        method = "id_number",
        ty = "AppResult<Option<String>>",
        desc = "Id number, where the realm asks for it"
    ),
    field(
        name = "owner",
        ty = "AppResult<Option<StaffMember>>",
        desc = "Staff member responsible for the customer; null where the whole team is"
    ),
    field(name = "tags", ty = "AppResult<Vec<Tag>>", desc = "Tags that the customer carries"),
    field(
        name = "interactions",
        ty = "AppResult<MergedConnection<Interaction>>",
        desc = "What happened between staff and the customer, newest first",
        arg(name = "first", ty = "Option<i32>", desc = "Rows wanted, 20 where left out, at most 200"),
        arg(name = "after", ty = "Option<String>", desc = "Cursor that the rows stand behind")
    )
)]
#[expect(clippy::large_enum_variant, reason = "a list holds few of them, and the resolvers want them plain")]
pub enum Customer {
    LoanCustomer(LoanCustomer),
    ServiceContact(ServiceContact),
    PropertyCustomer(PropertyCustomer),
    BankCustomer(BankCustomer),
}

impl Merged for Customer {
    const NAME: &'static str = "Customer";
}

/// What the interface calls `mobile` under one Rust name
macro_rules! mobile_text {
    ($($entity:ident: $field:ident -> $value:expr;)+) => { $(
        impl $entity {
            pub(crate) async fn mobile_text(&self, _: &Context<'_>) -> async_graphql::Result<Option<String>> {
                let $field = self;
                Ok($value)
            }
        }
    )+ };
}
mobile_text! {
    LoanCustomer: it -> it.mobile.clone();
    ServiceContact: it -> it.phone.clone();
    PropertyCustomer: it -> Some(it.phone.clone());
    BankCustomer: it -> it.phone.clone();
}

/// Which customers of all realms
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerFilter {
    /// With this text in the name
    pub name: Option<String>,
    /// With this phone number, however it is written
    pub mobile: Option<String>,
    /// With exactly this id number, which the realm BANK knows
    pub id_number: Option<String>,
}

/// The predicates of a realm's table, from the same parts
struct Predicates {
    loan: Where<loan_customers::table>,
    service: Where<service_contacts::table>,
    property: Where<property_customers::table>,
    bank: Where<bank_customers::table>,
}

impl CustomerFilter {
    fn wanted(&self) -> Predicates {
        let (name, mobile) = (self.name.as_deref(), self.mobile.as_deref().map(phone_key));
        Predicates {
            loan: self
                .without_id_number()
                .maybe(name, |name| contains(loan_customers::name, name))
                .maybe(mobile.clone(), |key| loan_customers::mobile_key.eq(key)),
            service: self
                .without_id_number()
                .maybe(name, |name| contains(service_contacts::name, name))
                .maybe(mobile.clone(), |key| service_contacts::phone_key.eq(key)),
            property: self
                .without_id_number()
                .maybe(name, |name| contains(property_customers::name, name))
                .maybe(mobile.clone(), |key| property_customers::phone_key.eq(key)),
            bank: Where::default()
                .maybe(name, |name| contains(bank_customers::name, name))
                .maybe(mobile, |key| bank_customers::phone.eq(key))
                .maybe(self.id_number.as_deref().map(id_number_key), |key| bank_customers::id_number.eq(key)),
        }
    }

    /// Of a realm that keeps no id numbers
    fn without_id_number<T>(&self) -> Where<T> {
        if self.id_number.is_some() { Where::nothing() } else { Where::default() }
    }
}

/// What `search` looks for: an id number or a phone number where the text looks like one, else the beginning of a name
fn found(text: &str) -> Predicates {
    if let Some(number) = IdNumber::parse(text) {
        return CustomerFilter { id_number: Some(number.text), ..CustomerFilter::default() }.wanted();
    }
    let number = phone_key(text);
    let looks_like_number = number.len() >= 5 && !text.chars().any(char::is_alphabetic);
    if looks_like_number {
        return CustomerFilter { mobile: Some(number), ..CustomerFilter::default() }.wanted();
    }
    Predicates {
        loan: Where::default().and(begins(loan_customers::name, text)),
        service: Where::default().and(begins(service_contacts::name, text)),
        property: Where::default().and(begins(property_customers::name, text)),
        bank: Where::default().and(begins(bank_customers::name, text)),
    }
}

impl Customer {
    /// The customer with this global id, if the viewer may see him
    pub async fn by_global_id(ctx: &Context<'_>, name: &str, number: i64) -> AppResult<Option<Customer>> {
        Ok(match name {
            LoanCustomer::NAME => ctx.load(Id::<LoanCustomer>::new(number)).await?.map(Customer::from),
            ServiceContact::NAME => ctx.load(Id::<ServiceContact>::new(number)).await?.map(Customer::from),
            PropertyCustomer::NAME => ctx.load(Id::<PropertyCustomer>::new(number)).await?.map(Customer::from),
            BankCustomer::NAME => ctx.load(Id::<BankCustomer>::new(number)).await?.map(Customer::from),
            _ => None,
        })
    }

    /// Everybody who is wanted and whom the viewer may see, in every realm
    pub async fn all(conn: &mut Conn, viewer: &Viewer, wanted: &CustomerFilter) -> AppResult<Vec<Customer>> {
        let page = page::Page { size: page::MAX_SIZE, ..page::Page::one() };
        let wanted = || wanted.wanted();
        let mut found: Vec<Customer> = Vec::new();
        let loan = Slice::<LoanCustomer>::load(conn, viewer, &page, || wanted().loan).await?;
        found.extend(loan.rows.into_iter().map(Customer::from));
        let service = Slice::<ServiceContact>::load(conn, viewer, &page, || wanted().service).await?;
        found.extend(service.rows.into_iter().map(Customer::from));
        let property = Slice::<PropertyCustomer>::load(conn, viewer, &page, || wanted().property).await?;
        found.extend(property.rows.into_iter().map(Customer::from));
        let bank = Slice::<BankCustomer>::load(conn, viewer, &page, || wanted().bank).await?;
        found.extend(bank.rows.into_iter().map(Customer::from));
        Ok(found)
    }
}

/// The newest customers of the realms that the viewer works in, as far as he may see them
async fn list(
    ctx: &Context<'_>,
    realms: Option<&[Realm]>,
    wanted: impl Fn() -> Predicates,
    mut merger: Merger<Customer>,
) -> AppResult<MergedConnection<Customer>> {
    let viewer = ctx.viewer()?;
    let mut conn = ctx.read().await?;
    let asked = |realm| viewer.works_in(realm) && realms.is_none_or(|realms| realms.contains(&realm));
    if asked(Realm::Loan) {
        let page = merger.page::<LoanCustomer>(0);
        merger.add::<LoanCustomer>(0, Slice::load(&mut conn, viewer, &page, || wanted().loan).await?);
    }
    if asked(Realm::Service) {
        let page = merger.page::<ServiceContact>(1);
        merger.add::<ServiceContact>(1, Slice::load(&mut conn, viewer, &page, || wanted().service).await?);
    }
    if asked(Realm::Estate) {
        let page = merger.page::<PropertyCustomer>(2);
        merger.add::<PropertyCustomer>(2, Slice::load(&mut conn, viewer, &page, || wanted().property).await?);
    }
    if asked(Realm::Bank) {
        let page = merger.page::<BankCustomer>(3);
        merger.add::<BankCustomer>(3, Slice::load(&mut conn, viewer, &page, || wanted().bank).await?);
    }
    Ok(merger.finish())
}

#[derive(Default)]
pub struct CustomerQuery;

#[Object]
impl CustomerQuery {
    /// Customers of all realms, last changed first
    #[graphql(guard = "SignedIn", complexity = "page::cost(first, None, None, child_complexity)")]
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of these realms; all that the viewer works in where left out")] realms: Option<Vec<Realm>>,
        filter: Option<CustomerFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> AppResult<MergedConnection<Customer>> {
        let filter = filter.unwrap_or_default();
        list(ctx, realms.as_deref(), || filter.wanted(), Merger::new(ctx, first, after)?).await
    }

    /// Customers of all realms by phone number or id number, or by how their name begins
    #[graphql(guard = "SignedIn", complexity = "page::cost(first, None, None, child_complexity)")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A phone number, a whole id number, or the beginning of a name")] text: String,
        first: Option<i32>,
        after: Option<String>,
    ) -> AppResult<MergedConnection<Customer>> {
        let text = text.trim();
        if text.is_empty() || text.contains('\0') {
            return Err(AppError::bad_input("text", "Say what to look for"));
        }
        list(ctx, None, || found(text), Merger::new(ctx, first, after)?).await
    }
}
