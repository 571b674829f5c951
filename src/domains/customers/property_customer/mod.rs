//! Person that an estate agent has registered as interested in property (ihk 电子客).
//!
//! Table `property_customers`. Belongs to the agent who registered him (登记人); the same phone may stand with several
//! agents, but only once with each. Gender (性别) and kind (客户类型) are codes of the dictionaries.

mod fields;
mod root;
mod sql;

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use root::{PropertyCustomerMutation, PropertyCustomerQuery};

use crate::{
    auth::{Realm, Sight, Viewer},
    db::{Conn, Id, Time, Where, sql::contains, tables::property_customers},
    domains::identity::{DictionaryEntry, EstateAgent},
    entity,
    error::AppResult,
    graphql::{entity::Visible, input},
    payload,
};

/// Letters that the follow-up text may grow to
const MOST_FOLLOW_UP: usize = 100_000;

/// Person interested in property
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = property_customers)]
#[graphql(complex)]
pub struct PropertyCustomer {
    /// Opaque global id
    pub id: Id<PropertyCustomer>,
    /// Agent who registered the customer (legacy reg_user_id)
    pub agent_id: Id<EstateAgent>,
    /// Name (legacy customer_name)
    pub name: String,
    /// Phone number (legacy customer_phone)
    pub phone: String,
    #[graphql(skip)]
    pub phone_key: String,
    /// Code of the dictionary GENDER: U --, W 女, M 男 (legacy gender_type)
    pub gender_code: String,
    /// Code of the dictionary PROPERTY_CUSTOMER_KIND: 01 一般客, 02 观望客, 03 重要客 (legacy customer_type)
    pub kind_code: String,
    /// Building that the agent recommended (legacy recommend)
    pub recommendation: Option<String>,
    /// What was agreed so far, a line for each time (legacy follow_content)
    pub follow_up: Option<String>,
    /// When the customer was registered
    pub created_at: Time,
    /// When the customer was last changed
    pub updated_at: Time,
}

/// Which property customers
#[derive(Clone, Debug, Default, InputObject)]
pub struct PropertyCustomerFilter {
    /// Registered by this agent
    agent_id: Option<Id<EstateAgent>>,
    /// With this text in the name
    name: Option<String>,
    /// With this phone number, however it is written
    phone: Option<String>,
    /// With this code of the dictionary PROPERTY_CUSTOMER_KIND
    kind_code: Option<String>,
}

/// A property customer as an agent registers him
#[derive(Clone, Debug, InputObject)]
pub struct PropertyCustomerCreateInput {
    /// Agent who registers him; left out for the one who asks
    agent_id: Option<Id<EstateAgent>>,
    /// Name
    name: String,
    /// Phone number
    phone: String,
    /// Code of the dictionary GENDER: U --, W 女, M 男
    gender_code: String,
    /// Code of the dictionary PROPERTY_CUSTOMER_KIND: 01 一般客, 02 观望客, 03 重要客
    kind_code: String,
    /// Building that the agent recommended
    recommendation: Option<String>,
    /// What was agreed
    follow_up: Option<String>,
}

/// Changes of a property customer; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct PropertyCustomerUpdateInput {
    /// Agent whom the customer now belongs to; for managers
    agent_id: Option<Id<EstateAgent>>,
    /// Name
    name: Option<String>,
    /// Phone number
    phone: Option<String>,
    /// Code of the dictionary GENDER: U --, W 女, M 男
    gender_code: Option<String>,
    /// Code of the dictionary PROPERTY_CUSTOMER_KIND: 01 一般客, 02 观望客, 03 重要客
    kind_code: Option<String>,
    /// Building that the agent recommended
    recommendation: MaybeUndefined<String>,
    /// What was agreed; replaces the whole text
    follow_up: MaybeUndefined<String>,
}

payload! {
    /// The new customer
    PropertyCustomerCreatePayload { property_customer: PropertyCustomer }
    /// The new or changed customer
    PropertyCustomerSavePayload { property_customer: PropertyCustomer }
    /// The changed customer
    PropertyCustomerUpdatePayload { property_customer: PropertyCustomer }
    /// The deleted customer
    PropertyCustomerDeletePayload { property_customer: PropertyCustomer }
}

entity!(PropertyCustomer, property_customers, updated_at desc);

impl Visible for PropertyCustomer {
    type Table = property_customers::table;

    /// Agents see whom they registered
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.sight(Realm::Estate) {
            Sight::All => Where::default(),
            Sight::Own(agent) => Where::default().and(property_customers::agent_id.eq(agent)),
            Sight::Nothing => Where::nothing(),
        }
    }
}

impl PropertyCustomerFilter {
    fn wanted(&self) -> Where<property_customers::table> {
        Where::default()
            .maybe(self.agent_id, |agent| property_customers::agent_id.eq(agent))
            .maybe(self.name.as_deref(), |name| contains(property_customers::name, name))
            .maybe(self.phone.as_deref(), |phone| property_customers::phone_key.eq(input::phone_key(phone)))
            .maybe(self.kind_code.clone(), |code| property_customers::kind_code.eq(code))
    }
}

impl PropertyCustomerCreateInput {
    fn check(&self) -> AppResult<()> {
        input::name("name", &self.name, input::NAME)?;
        input::phone("phone", &self.phone)?;
        input::texts([
            ("recommendation", self.recommendation.as_ref(), input::NAME),
            ("followUp", self.follow_up.as_ref(), input::TEXT),
        ])
    }

    async fn check_codes(&self, conn: &mut Conn) -> AppResult<()> {
        DictionaryEntry::check_code(conn, "genderCode", DictionaryEntry::GENDER, &self.gender_code).await?;
        DictionaryEntry::check_code(conn, "kindCode", DictionaryEntry::PROPERTY_CUSTOMER_KIND, &self.kind_code).await
    }
}

impl PropertyCustomerUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, input::NAME))?;
        self.phone.as_ref().map_or(Ok(()), |phone| input::phone("phone", phone))?;
        input::texts([
            ("recommendation", self.recommendation.value(), input::NAME),
            ("followUp", self.follow_up.value(), MOST_FOLLOW_UP),
        ])
    }

    async fn check_codes(&self, conn: &mut Conn) -> AppResult<()> {
        if let Some(code) = &self.gender_code {
            DictionaryEntry::check_code(conn, "genderCode", DictionaryEntry::GENDER, code).await?;
        }
        if let Some(code) = &self.kind_code {
            DictionaryEntry::check_code(conn, "kindCode", DictionaryEntry::PROPERTY_CUSTOMER_KIND, code).await?;
        }
        Ok(())
    }
}
