//! Phone number of a package, to be called by one agent (ihk 客户电话).
//!
//! Table `package_phones`. A number is free, then handed out to the agent who asks next, then called once he has
//! reported what came of it. One that got no feedback within the lease may be handed out again, to anybody.

mod fields;
mod root;
mod sql;
mod take;

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use root::{PackagePhoneMutation, PackagePhoneQuery};
pub use take::PackagePhoneTakeMutation;

use super::CallPackage;
use crate::{
    auth::{Realm, Sight, Viewer},
    codes,
    db::{Id, Time, Where, tables::package_phones},
    domains::identity::EstateAgent,
    entity,
    error::AppResult,
    graphql::{entity::Visible, input},
    payload,
};

/// Numbers that one mutation adds
const MOST_PHONES: usize = 5_000;

codes! {
    /// How far a package's phone number has come
    pub enum PhoneStatus {
        /// Nobody has it (0)
        Free = 0,
        /// An agent has it and has reported nothing yet (1)
        HandedOut = 1,
        /// An agent has reported what came of it (2)
        Called = 2,
    }
}

/// Phone number of a package
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = package_phones)]
#[graphql(complex)]
pub struct PackagePhone {
    /// Opaque global id; its `databaseId` is the legacy phone_id
    pub id: Id<PackagePhone>,
    /// Package that it belongs to
    pub package_id: Id<CallPackage>,
    /// Phone number (legacy phone_no)
    pub phone: String,
    #[graphql(skip)]
    pub phone_key: String,
    /// Whose number it is (legacy owner_name)
    pub owner_name: Option<String>,
    /// How far it has come
    pub status: PhoneStatus,
    /// Agent whom it was handed out to last
    pub agent_id: Option<Id<EstateAgent>>,
    /// When it was handed out last
    pub handed_out_at: Option<Time>,
    /// When it was added to the package
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which phone numbers
#[derive(Clone, Debug, Default, InputObject)]
pub struct PackagePhoneFilter {
    /// Of this package
    package_id: Option<Id<CallPackage>>,
    /// That have come this far
    status: Option<PhoneStatus>,
    /// Handed out to this agent
    agent_id: Option<Id<EstateAgent>>,
    /// This phone number, however it is written
    phone: Option<String>,
}

/// A phone number to add
#[derive(Clone, Debug, InputObject)]
pub struct PackagePhoneInput {
    /// Phone number
    phone: String,
    /// Whose number it is
    owner_name: Option<String>,
}

/// Changes of a phone number; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct PackagePhoneUpdateInput {
    /// Phone number
    phone: Option<String>,
    /// Whose number it is
    owner_name: MaybeUndefined<String>,
}

payload! {
    /// The number to call
    PackagePhoneTakePayload { package_phone: PackagePhone }
    /// The changed number
    PackagePhoneUpdatePayload { package_phone: PackagePhone }
    /// The deleted number
    PackagePhoneDeletePayload { package_phone: PackagePhone }
}

/// What became of the numbers to add
#[derive(Clone, Debug, SimpleObject)]
pub struct PackagePhonesAddPayload {
    /// The package
    call_package: CallPackage,
    /// How many numbers were added
    added_count: i32,
    /// How many were left out, because the package holds them or they came twice
    skipped_count: i32,
}

entity!(PackagePhone, package_phones, asc);

impl Visible for PackagePhone {
    type Table = package_phones::table;

    /// Agents see the numbers handed out to them
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.sight(Realm::Estate) {
            Sight::All => Where::default(),
            Sight::Own(agent) => Where::default().and(package_phones::agent_id.eq(agent)),
            Sight::Nothing => Where::nothing(),
        }
    }
}

impl PackagePhoneFilter {
    fn wanted(&self) -> Where<package_phones::table> {
        Where::default()
            .maybe(self.package_id, |package| package_phones::package_id.eq(package))
            .maybe(self.status, |status| package_phones::status.eq(status))
            .maybe(self.agent_id, |agent| package_phones::agent_id.eq(agent))
            .maybe(self.phone.as_deref(), |phone| package_phones::phone_key.eq(input::phone_key(phone)))
    }
}

impl PackagePhoneInput {
    fn check(&self) -> AppResult<()> {
        input::phone("phone", &self.phone)?;
        input::texts([("ownerName", self.owner_name.as_ref(), input::NAME)])
    }
}

impl PackagePhoneUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.phone.as_ref().map_or(Ok(()), |phone| input::phone("phone", phone))?;
        input::texts([("ownerName", self.owner_name.value(), input::NAME)])
    }
}
