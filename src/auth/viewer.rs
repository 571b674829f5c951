//! The one who asks, as the token tells.

use std::sync::Arc;

use async_graphql::Enum;
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, Output, ToSql},
    sql_types::Text,
};
use serde::{Deserialize, Serialize};

use super::BankRights;

/// Business that a row or an account belongs to
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum, AsExpression, FromSqlRow, Serialize, Deserialize,
)]
#[diesel(sql_type = Text)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Realm {
    /// Loan sales (legacy system rongzi)
    Loan,
    /// Service team (legacy system eartip)
    Service,
    /// Property call-out (legacy system ihk)
    Estate,
    /// Rural-bank grid marketing (legacy system grid)
    Bank,
    /// Data-API market (legacy system nuoer)
    Data,
}

impl Realm {
    pub const ALL: [Realm; 5] = [Realm::Loan, Realm::Service, Realm::Estate, Realm::Bank, Realm::Data];

    pub const fn name(self) -> &'static str {
        match self {
            Realm::Loan => "LOAN",
            Realm::Service => "SERVICE",
            Realm::Estate => "ESTATE",
            Realm::Bank => "BANK",
            Realm::Data => "DATA",
        }
    }

    pub fn from_name(name: &str) -> Option<Realm> {
        Realm::ALL.into_iter().find(|realm| realm.name() == name)
    }
}

impl<DB: Backend> FromSql<Text, DB> for Realm
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let name = String::from_sql(bytes)?;
        Realm::from_name(&name).ok_or_else(|| format!("no realm {name}").into())
    }
}
impl<DB: Backend> ToSql<Text, DB> for Realm
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.name().to_sql(out)
    }
}

/// Which rows of a realm a viewer may see
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    Nothing,
    /// Those of the staff member with this profile number
    Own(i64),
    All,
}

/// The one who asks
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Viewer {
    /// None: nobody is signed in
    pub account_id: Option<i64>,
    pub session_id: Option<i64>,
    /// None: every realm
    pub realm: Option<Realm>,
    /// Whether he sees and manages a whole realm
    pub is_manager: bool,
    /// His row among the realm's staff (LoanOfficer, ServiceStaff, EstateAgent, BankStaff)
    pub profile_id: Option<i64>,
    /// What his roles and his branch give him, where he is staff of the realm BANK
    pub bank: Option<Arc<BankRights>>,
}

impl Viewer {
    pub fn is_nobody(&self) -> bool {
        self.account_id.is_none()
    }

    /// Works in this realm
    pub fn works_in(&self, realm: Realm) -> bool {
        !self.is_nobody() && self.realm.is_none_or(|own| own == realm)
    }

    /// Manages this realm
    pub fn manages(&self, realm: Realm) -> bool {
        self.works_in(realm) && self.is_manager
    }

    /// Administers the whole installation
    pub fn administers(&self) -> bool {
        !self.is_nobody() && self.realm.is_none() && self.is_manager
    }

    /// What he sees of a realm whose rows belong to staff members
    pub fn sight(&self, realm: Realm) -> Sight {
        match (self.works_in(realm), self.is_manager, self.profile_id) {
            (true, true, _) => Sight::All,
            (true, false, Some(profile)) if self.realm.is_some() => Sight::Own(profile),
            _ => Sight::Nothing,
        }
    }

    /// What he sees of a realm that is open to its whole staff
    pub fn open(&self, realm: Realm) -> Sight {
        if self.works_in(realm) { Sight::All } else { Sight::Nothing }
    }
}
