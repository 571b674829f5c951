//! SMS between a loan officer and a customer (rongzi 短信), uploaded by the officer's phone.
//!
//! Table `sms_messages`. Sender (发送者) and receiver (接收方) are codes: the employee code on the officer's side, the
//! customer code on the customer's; the phone may know the customer by his number only. The same message uploaded
//! again (same sender, receiver, time and text) is stored once.

pub mod add;
mod fields;
mod root;

use async_graphql::{InputObject, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use root::{SmsMessageMutation, SmsMessageQuery};

use crate::{
    auth::{Realm, Sight, Viewer},
    codes,
    db::{
        Id, Time, Where,
        tables::{loan_customers, sms_messages},
    },
    domains::{customers::LoanCustomer, identity::LoanOfficer},
    entity,
    error::{AppError, AppResult},
    graphql::{Relation, entity::Visible, input::phone_key},
};

codes! {
    /// Who sent an SMS (legacy senderRole)
    pub enum SenderRole {
        /// The officer (legacy 1 销售)
        Officer = 1,
        /// The customer (legacy 2 客户)
        Customer = 2,
    }
}

/// SMS between a loan officer and a customer
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = sms_messages)]
#[graphql(complex)]
pub struct SmsMessage {
    /// Opaque global id
    pub id: Id<SmsMessage>,
    /// Officer who sent or got it
    pub officer_id: Id<LoanOfficer>,
    /// Customer who got or sent it, where he is known
    pub customer_id: Option<Id<LoanCustomer>>,
    /// Code of the sender: employee code or customer code
    pub sender: String,
    /// Code of the receiver: customer code or employee code
    pub receiver: String,
    /// Who sent it
    pub sender_role: SenderRole,
    /// When it was sent (legacy occurTime)
    pub sent_at: Time,
    /// Text
    pub content: String,
    /// Phone number of the sender
    pub sender_mobile: Option<String>,
    /// Phone number of the receiver
    pub receiver_mobile: Option<String>,
    /// Name of the sender
    pub sender_name: Option<String>,
    /// Name of the receiver
    pub receiver_name: Option<String>,
    /// Signature that it bears, "【东方融资网】"
    pub signature: String,
    /// Whether sending it succeeded (legacy sendStatus: 1 yes, 0 no)
    pub is_sent: bool,
    /// Whether it was read (legacy isRead: 1 yes, 0 no)
    pub is_read: bool,
    /// When it was uploaded
    pub created_at: Time,
}

/// Which SMS
#[derive(Clone, Debug, Default, InputObject)]
pub struct SmsMessageFilter {
    /// Of this officer
    officer_id: Option<Id<LoanOfficer>>,
    /// Of the officer with this employee code; refused where it is not the viewer's own and he is no manager
    employee_code: Option<String>,
    /// With this customer
    customer_id: Option<Id<LoanCustomer>>,
    /// With the customer of this code
    customer_code: Option<String>,
    /// With the customer of this mobile phone; together with `customerCode`, either is enough
    customer_mobile: Option<String>,
}

entity!(SmsMessage, sms_messages, sent_at desc);

impl Visible for SmsMessage {
    type Table = sms_messages::table;

    /// An officer sees what he sent and got
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.sight(Realm::Loan) {
            Sight::Nothing => Where::nothing(),
            Sight::Own(officer) => Where::default().and(sms_messages::officer_id.eq(officer)),
            Sight::All => Where::default(),
        }
    }
}

impl SmsMessage {
    pub const OF_OFFICER: Relation<SmsMessage> =
        Relation { column: sms_messages::officer_id::NAME, parent: |sms| Some(sms.officer_id.number) };
    pub const OF_CUSTOMER: Relation<SmsMessage> =
        Relation { column: sms_messages::customer_id::NAME, parent: |sms| sms.customer_id.map(|id| id.number) };
}

impl SmsMessageFilter {
    /// Legacy clients send code and mobile phone and leave one of them blank
    fn check(&mut self) -> AppResult<()> {
        let asked = self.customer_code.is_some() || self.customer_mobile.is_some();
        self.customer_code.take_if(|code| code.trim().is_empty());
        self.customer_mobile.take_if(|mobile| mobile.trim().is_empty());
        match asked && self.customer_code.is_none() && self.customer_mobile.is_none() {
            true => Err(AppError::bad_input("filter.customerCode", "Name the customer by code or mobile phone")),
            false => Ok(()),
        }
    }

    /// `named`: the officer of the employee code
    fn wanted(&self, named: Option<Id<LoanOfficer>>) -> Where<sms_messages::table> {
        let wanted = Where::default()
            .maybe(named, |id| sms_messages::officer_id.eq(id))
            .maybe(self.officer_id, |id| sms_messages::officer_id.eq(id))
            .maybe(self.customer_id, |id| sms_messages::customer_id.eq(id));
        let code = self.customer_code.as_ref().map(|code| {
            let known = loan_customers::table.filter(loan_customers::code.eq(code.clone()));
            let codes = sms_messages::sender.eq(code.clone()).or(sms_messages::receiver.eq(code.clone()));
            codes.or(sms_messages::customer_id.eq_any(known.select(loan_customers::id.nullable())).assume_not_null())
        });
        let mobile = self.customer_mobile.as_ref().map(|mobile| {
            let known = loan_customers::table.filter(loan_customers::mobile_key.eq(phone_key(mobile)));
            let written = [mobile.clone(), phone_key(mobile)];
            let sent = sms_messages::sender_mobile.eq_any(written.clone());
            let got = sms_messages::receiver_mobile.eq_any(written);
            let numbers = sent.or(got).assume_not_null();
            numbers.or(sms_messages::customer_id.eq_any(known.select(loan_customers::id.nullable())).assume_not_null())
        });
        match (code, mobile) {
            (Some(code), Some(mobile)) => wanted.and(code.or(mobile)),
            (code, mobile) => wanted.maybe(code, |code| code).maybe(mobile, |mobile| mobile),
        }
    }
}
