//! Telephone call between a loan officer and a customer (rongzi 通话记录), uploaded by the officer's phone.
//!
//! Table `phone_calls`. A call is known by officer, number and time (拨打时间): uploaded again, it is stored once. A
//! call tells whether the customer was reached (拨打状态): answered calls (接通) make his contact status REACHED,
//! unanswered ones NOT_REACHED unless he was reached before.

pub mod add;
mod fields;
mod root;

use async_graphql::{InputObject, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use root::{PhoneCallMutation, PhoneCallQuery};

use crate::{
    auth::{Realm, Sight, Viewer},
    codes,
    db::{Id, Time, Where, tables::phone_calls},
    domains::{customers::LoanCustomer, identity::LoanOfficer},
    entity,
    graphql::{Relation, entity::Visible, input::phone_key},
};

codes! {
    /// Who called whom, and whether the call was answered (legacy callStatus)
    pub enum CallStatus {
        /// The officer did not call (legacy 0 销售未拨打客户)
        NotCalled = 0,
        /// The officer called, the customer answered (legacy 1 销售拨打客户，客户接通)
        OutgoingAnswered = 1,
        /// The officer called, the customer did not answer (legacy 2 销售拨打了客户，但是客户未接通)
        OutgoingUnanswered = 2,
        /// The customer called, the officer did not answer (legacy 3 客户拨打销售，销售未接)
        IncomingUnanswered = 3,
        /// The customer called, the officer answered (legacy 4 客户拨打销售，销售接通)
        IncomingAnswered = 4,
    }
}

/// Telephone call between a loan officer and a customer
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = phone_calls)]
#[graphql(complex)]
pub struct PhoneCall {
    /// Opaque global id
    pub id: Id<PhoneCall>,
    /// Officer who called or was called
    pub officer_id: Id<LoanOfficer>,
    /// Customer who was called or called, where he is known
    pub customer_id: Option<Id<LoanCustomer>>,
    /// Phone number of the customer, digits only
    pub mobile: String,
    /// Phone number of the officer (legacy empWorkMobile)
    pub work_mobile: Option<String>,
    /// When the call was made (legacy callDate)
    pub started_at: Time,
    /// How long it took, in seconds (legacy billSec)
    pub seconds: i32,
    /// Who called whom, and whether the call was answered
    pub status: CallStatus,
    /// When it was uploaded
    pub created_at: Time,
}

/// Which telephone calls
#[derive(Clone, Debug, Default, InputObject)]
pub struct PhoneCallFilter {
    /// Of this officer
    officer_id: Option<Id<LoanOfficer>>,
    /// Of the officer with this employee code; refused where it is not the viewer's own and he is no manager
    employee_code: Option<String>,
    /// With this customer
    customer_id: Option<Id<LoanCustomer>>,
    /// With this number of the customer, however it is written
    mobile: Option<String>,
    /// Of this status
    status: Option<CallStatus>,
}

entity!(PhoneCall, phone_calls, started_at desc);

impl Visible for PhoneCall {
    type Table = phone_calls::table;

    /// An officer sees his own
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.sight(Realm::Loan) {
            Sight::Nothing => Where::nothing(),
            Sight::Own(officer) => Where::default().and(phone_calls::officer_id.eq(officer)),
            Sight::All => Where::default(),
        }
    }
}

impl PhoneCall {
    pub const OF_OFFICER: Relation<PhoneCall> =
        Relation { column: phone_calls::officer_id::NAME, parent: |call| Some(call.officer_id.number) };
    pub const OF_CUSTOMER: Relation<PhoneCall> =
        Relation { column: phone_calls::customer_id::NAME, parent: |call| call.customer_id.map(|id| id.number) };
}

impl PhoneCallFilter {
    /// `named`: the officer of the employee code
    fn wanted(&self, named: Option<Id<LoanOfficer>>) -> Where<phone_calls::table> {
        Where::default()
            .maybe(named, |id| phone_calls::officer_id.eq(id))
            .maybe(self.officer_id, |id| phone_calls::officer_id.eq(id))
            .maybe(self.customer_id, |id| phone_calls::customer_id.eq(id))
            .maybe(self.mobile.as_ref(), |mobile| phone_calls::mobile.eq(number(mobile)))
            .maybe(self.status, |status| phone_calls::status.eq(status))
    }
}

/// A number as calls keep it: its match key; without a single digit, what was written
fn number(mobile: &str) -> String {
    let key = phone_key(mobile);
    if key.is_empty() { mobile.trim().to_owned() } else { key }
}
