//! Contract with an organisation of the realm SERVICE (eartip 合同).
//!
//! Tables `service_contracts` and `service_contract_staff` (跟进人, those who took part). `dated_at` is what lists and
//! windows go by: the day of signing (签约日期), while unsigned the day of entry. State and term (aging) are not
//! documented and nobody writes them yet.

pub mod fields;
pub mod root;
pub mod sql;

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::root::{ServiceContractMutation, ServiceContractQuery};
use super::followers;
use crate::{
    auth::{Realm, Viewer},
    db::{
        Id, Money, Run as _, Time, Where,
        tables::{service_contract_staff, service_contracts},
    },
    domains::{customers::ClientOrganization, identity::ServiceStaff},
    entity,
    error::AppResult,
    graphql::{entity::Visible, input},
    payload,
};

/// Contract with an organisation
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = service_contracts)]
#[graphql(complex)]
pub struct ServiceContract {
    /// Opaque global id
    pub id: Id<ServiceContract>,
    /// Organisation that signs (legacy organization_id)
    pub organization_id: Id<ClientOrganization>,
    /// Name (legacy name)
    pub name: String,
    /// Number of the contract (legacy code)
    pub code: Option<String>,
    /// Amount in yuan (legacy amount)
    pub amount: Option<Money>,
    /// When it was signed (legacy sign_time)
    pub signed_at: Option<Time>,
    /// Amount paid in yuan (legacy remit_amount)
    pub remitted_amount: Option<Money>,
    /// When it was paid (legacy remit_time)
    pub remitted_at: Option<Time>,
    /// State (legacy status; codes not documented)
    pub status: i32,
    /// Beginning of its term (legacy aging_start_time)
    pub valid_from: Option<Time>,
    /// End of its term (legacy aging_end_time)
    pub valid_to: Option<Time>,
    /// Employee who entered it (legacy creator_id)
    pub creator_id: Option<Id<ServiceStaff>>,
    /// Employee who last changed it (legacy editor_id)
    pub editor_id: Option<Id<ServiceStaff>>,
    /// Remark (legacy note)
    pub note: Option<String>,
    #[graphql(skip)]
    pub dated_at: Time,
    /// When it was entered (legacy createTime)
    pub created_at: Time,
    /// When it was last changed (legacy updateTime)
    pub updated_at: Time,
}

/// Which contracts
#[derive(Clone, Debug, Default, InputObject)]
pub struct ServiceContractFilter {
    /// With this id (legacy contract_id)
    id: Option<Id<ServiceContract>>,
    /// Of one of these organisations, 200 at the most; none or left out: of all
    organization_ids: Option<Vec<Id<ClientOrganization>>>,
    /// That this employee took part in
    follower_id: Option<Id<ServiceStaff>>,
    /// Signed (while unsigned: entered) at this moment or later
    from: Option<Time>,
    /// Signed (while unsigned: entered) at this moment or before
    to: Option<Time>,
}

/// A new contract
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = service_contracts)]
pub struct ServiceContractCreateInput {
    /// Organisation that signs
    organization_id: Id<ClientOrganization>,
    /// Name
    name: String,
    /// Number of the contract
    code: Option<String>,
    /// Amount in yuan
    amount: Option<Money>,
    /// When it was signed
    signed_at: Option<Time>,
    /// Amount paid in yuan
    remitted_amount: Option<Money>,
    /// When it was paid
    remitted_at: Option<Time>,
    /// Employees who took part, 100 at the most
    #[graphql(default)]
    #[diesel(skip_insertion)]
    follower_ids: Vec<Id<ServiceStaff>>,
    /// Employee who entered it; left out: the one who asks
    creator_id: Option<Id<ServiceStaff>>,
    /// Employee who last changed it; left out: the one who asks
    editor_id: Option<Id<ServiceStaff>>,
    /// Remark
    note: Option<String>,
}

/// Changes of a contract; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct ServiceContractUpdateInput {
    /// Organisation that signs
    organization_id: Option<Id<ClientOrganization>>,
    /// Name
    name: Option<String>,
    /// Number of the contract
    code: MaybeUndefined<String>,
    /// Amount in yuan
    amount: MaybeUndefined<Money>,
    /// When it was signed
    signed_at: MaybeUndefined<Time>,
    /// Amount paid in yuan
    remitted_amount: MaybeUndefined<Money>,
    /// When it was paid
    remitted_at: MaybeUndefined<Time>,
    /// All employees who took part, 100 at the most
    follower_ids: Option<Vec<Id<ServiceStaff>>>,
    /// Employee who entered it
    creator_id: Option<Id<ServiceStaff>>,
    /// Employee who changes it; left out: the one who asks
    editor_id: Option<Id<ServiceStaff>>,
    /// Remark
    note: MaybeUndefined<String>,
}

payload! {
    /// The new contract
    ServiceContractCreatePayload { service_contract: ServiceContract }
    /// The changed contract
    ServiceContractUpdatePayload { service_contract: ServiceContract }
    /// The deleted contract
    ServiceContractDeletePayload { service_contract: ServiceContract }
}

entity!(ServiceContract, service_contracts, dated_at desc);
followers::followers!(ServiceContract, service_contracts, service_contract_staff, service_contract_id);

impl Visible for ServiceContract {
    type Table = service_contracts::table;

    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Service))
    }
}

impl ServiceContractFilter {
    fn check(&self) -> AppResult<()> {
        let ids = self.organization_ids.as_deref().unwrap_or_default();
        ClientOrganization::check_list("filter.organizationIds", ids)
    }

    fn wanted(&self) -> Where<service_contracts::table> {
        Where::default()
            .maybe(self.id, |id| service_contracts::id.eq(id))
            .maybe(self.organization_ids.clone().filter(|ids| !ids.is_empty()), |ids| {
                service_contracts::organization_id.eq_any(ids)
            })
            .maybe(self.follower_id, ServiceContract::followed_by)
            .maybe(self.from, |from| service_contracts::dated_at.ge(from))
            .maybe(self.to, |to| service_contracts::dated_at.le(to))
    }
}

impl ServiceContractCreateInput {
    fn check(&self) -> AppResult<()> {
        input::name("name", &self.name, input::NAME)?;
        amounts(self.amount.as_ref(), self.remitted_amount.as_ref())?;
        input::texts([("code", self.code.as_ref(), input::NAME), ("note", self.note.as_ref(), input::TEXT)])
    }
}

impl ServiceContractUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, input::NAME))?;
        amounts(self.amount.value(), self.remitted_amount.value())?;
        input::texts([("code", self.code.value(), input::NAME), ("note", self.note.value(), input::TEXT)])
    }
}

/// 1/10000 yuan in a cent
const CENT: i64 = 100;
/// 999 999 999 999.99 yuan: a million contracts of it still have a sum
const MOST: i64 = 10_000_000_000_000_000 - CENT;

/// Contracts are about whole cents
fn amounts(amount: Option<&Money>, remitted: Option<&Money>) -> AppResult<()> {
    for (field, amount) in [("amount", amount), ("remittedAmount", remitted)] {
        let Some(Money(amount)) = amount else { continue };
        if !(0..=MOST).contains(amount) {
            return Err(input::refuse(field, "Must be 0 to 999999999999.99"));
        }
        if amount % CENT != 0 {
            return Err(input::refuse(field, "At most two digits behind the point"));
        }
    }
    Ok(())
}
