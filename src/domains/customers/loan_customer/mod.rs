//! Person who wants to borrow (rongzi 客户), looked after by one loan officer (销售).
//!
//! Table `loan_customers`. The loan management system (融管系统) knows him by his customer code (客户编号,
//! "AAC13031400024"); a customer whose name is not known bears his code as his name. 客户进程 is his stage on the way
//! to a deal (成交), 担保 a guarantee, 社保 social security, 公积金 the housing fund, 备注 the comment.

mod fields;
mod root;
mod sql;

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use root::{LoanCustomerMutation, LoanCustomerQuery};

use crate::{
    auth::{Realm, Sight, Viewer},
    codes,
    db::{Id, Money, Time, Where, sql::contains, tables::loan_customers},
    domains::identity::LoanOfficer,
    entity,
    error::AppResult,
    graphql::{entity::Visible, input},
    payload,
};

/// Letters in a comment (legacy 不大于500字)
const COMMENT: usize = 500;

codes! {
    /// How far a loan customer has come on the way to a deal (legacy exeStatus)
    pub enum LoanStage {
        /// Has a need (legacy 1 有需求)
        Need = 1,
        /// Intends to borrow (legacy 2 有意向)
        Intention = 2,
        /// Has visited the office (legacy 3 已来访)
        Visited = 3,
        /// Has signed (legacy 4 已签约)
        Signed = 4,
        /// Deal made through an outside partner (legacy 5 外包成交)
        DealOutsourced = 5,
        /// Deal made as a member (legacy 6 会员成交)
        DealMember = 6,
    }
}

codes! {
    /// What a loan customer pays into (legacy isSecuityOrFund)
    pub enum SocialSecurity {
        /// Neither social security nor housing fund (legacy 1 无社保无公积金)
        Neither = 1,
        /// Social security and housing fund (legacy 2 有社保有公积金)
        Both = 2,
        /// Social security only (legacy 4 有社保无公积金)
        SocialSecurityOnly = 4,
        /// Housing fund only (legacy 8 无社保有公积金)
        HousingFundOnly = 8,
    }
}

codes! {
    /// Whether a loan customer was reached by telephone (legacy contactStatus)
    pub enum ContactStatus {
        /// Not called yet (legacy 0 未拨打)
        NotCalled = 0,
        /// Spoken to (legacy 1 已接通)
        Reached = 1,
        /// Called in vain (legacy 2 未接通)
        NotReached = 2,
    }
}

/// Person who wants to borrow
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = loan_customers)]
#[graphql(complex)]
pub struct LoanCustomer {
    /// Opaque global id
    pub id: Id<LoanCustomer>,
    /// Customer code, "AAC13031400024" (legacy customerCode)
    pub code: String,
    /// Officer who looks after the customer
    pub officer_id: Id<LoanOfficer>,
    /// Name; the code where the name is not known
    pub name: String,
    /// Mobile phone
    pub mobile: Option<String>,
    #[graphql(skip)]
    pub mobile_key: Option<String>,
    /// WeChat id (legacy customerWechatId)
    pub wechat_id: Option<String>,
    /// How far the customer has come (legacy exeStatus)
    pub stage: LoanStage,
    /// Whether the customer owns a car (legacy hasCars: 1 yes, 2 no); null where not known
    pub has_car: Option<bool>,
    /// Whether the customer has a guarantee (legacy hasPolicy: 1 yes, 2 no, 0 not filled in)
    pub has_guarantee: Option<bool>,
    /// Whether the customer owns a house (legacy hasHouse: 1 yes, 2 no); null where not known
    pub has_house: Option<bool>,
    /// What the customer pays into (legacy isSecuityOrFund); null where not filled in
    pub social_security: Option<SocialSecurity>,
    /// Wage paid to the bank card each month
    pub salary: Option<Money>,
    /// What the customer works as, "企业主"
    pub job: Option<String>,
    /// Wanted term of the loan (legacy rqrDuration, unit not documented)
    pub loan_term: Option<i32>,
    /// Wanted amount of the loan (legacy rqrAmount, unit not documented)
    pub loan_amount: Option<i32>,
    /// When the customer needs the money (legacy paymentDate)
    pub money_needed_at: Option<Time>,
    /// City that the customer works in (legacy workPlace)
    pub city: Option<String>,
    /// Comment, at most 500 characters
    pub comment: Option<String>,
    /// Whether the customer was reached by telephone
    pub contact_status: ContactStatus,
    /// When the customer was entered
    pub created_at: Time,
    /// When the customer was last changed
    pub updated_at: Time,
}

/// Which loan customers
#[derive(Clone, Debug, Default, InputObject)]
pub struct LoanCustomerFilter {
    /// Looked after by this officer
    officer_id: Option<Id<LoanOfficer>>,
    /// Looked after by the officer with this employee code; refused where it is not the viewer's own and he is no manager
    employee_code: Option<String>,
    /// With exactly this customer code
    code: Option<String>,
    /// In one of these stages, at most 10
    stages: Option<Vec<LoanStage>>,
    /// With this mobile phone, however it is written
    mobile: Option<String>,
    /// With this text in the name
    name: Option<String>,
    /// With this contact status
    contact_status: Option<ContactStatus>,
}

/// A new loan customer
#[derive(Clone, Debug, InputObject)]
pub struct LoanCustomerCreateInput {
    /// Customer code, unique
    code: String,
    /// Officer who is to look after the customer; left out: the viewer himself. Only managers name another.
    officer_id: Option<Id<LoanOfficer>>,
    /// Name; left out: the code
    name: Option<String>,
    /// Mobile phone
    mobile: Option<String>,
    /// WeChat id
    wechat_id: Option<String>,
    /// How far the customer has come
    #[graphql(default_with = "LoanStage::Need")]
    stage: LoanStage,
    /// Whether the customer owns a car
    has_car: Option<bool>,
    /// Whether the customer has a guarantee
    has_guarantee: Option<bool>,
    /// Whether the customer owns a house
    has_house: Option<bool>,
    /// What the customer pays into
    social_security: Option<SocialSecurity>,
    /// Wage paid to the bank card each month
    salary: Option<Money>,
    /// What the customer works as
    job: Option<String>,
    /// Wanted term of the loan
    loan_term: Option<i32>,
    /// Wanted amount of the loan
    loan_amount: Option<i32>,
    /// When the customer needs the money
    money_needed_at: Option<Time>,
    /// City that the customer works in
    city: Option<String>,
    /// Comment, at most 500 characters
    comment: Option<String>,
    /// Whether the customer was reached by telephone
    #[graphql(default_with = "ContactStatus::NotCalled")]
    contact_status: ContactStatus,
}

/// Changes of a loan customer; what is left out stays
#[derive(Clone, Debug, Default, InputObject)]
pub struct LoanCustomerUpdateInput {
    /// Officer who is to look after the customer from now on; for managers
    officer_id: Option<Id<LoanOfficer>>,
    /// Name
    name: Option<String>,
    /// Mobile phone
    mobile: MaybeUndefined<String>,
    /// WeChat id
    wechat_id: MaybeUndefined<String>,
    /// How far the customer has come
    stage: Option<LoanStage>,
    /// Whether the customer owns a car
    has_car: MaybeUndefined<bool>,
    /// Whether the customer has a guarantee
    has_guarantee: MaybeUndefined<bool>,
    /// Whether the customer owns a house
    has_house: MaybeUndefined<bool>,
    /// What the customer pays into
    social_security: MaybeUndefined<SocialSecurity>,
    /// Wage paid to the bank card each month
    salary: MaybeUndefined<Money>,
    /// What the customer works as
    job: MaybeUndefined<String>,
    /// Wanted term of the loan
    loan_term: MaybeUndefined<i32>,
    /// Wanted amount of the loan
    loan_amount: MaybeUndefined<i32>,
    /// When the customer needs the money
    money_needed_at: MaybeUndefined<Time>,
    /// City that the customer works in
    city: MaybeUndefined<String>,
    /// Comment, at most 500 characters
    comment: MaybeUndefined<String>,
    /// Whether the customer was reached by telephone
    contact_status: Option<ContactStatus>,
}

payload! {
    /// The new customer
    LoanCustomerCreatePayload { loan_customer: LoanCustomer }
    /// The changed customer
    LoanCustomerUpdatePayload { loan_customer: LoanCustomer }
    /// The customer with the new comment
    LoanCustomerCommentSetPayload { loan_customer: LoanCustomer }
    /// The deleted customer
    LoanCustomerDeletePayload { loan_customer: LoanCustomer }
}

entity!(LoanCustomer, loan_customers, updated_at desc);

impl Visible for LoanCustomer {
    type Table = loan_customers::table;

    /// An officer sees those whom he looks after
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.sight(Realm::Loan) {
            Sight::Nothing => Where::nothing(),
            Sight::Own(officer) => Where::default().and(loan_customers::officer_id.eq(officer)),
            Sight::All => Where::default(),
        }
    }
}

impl LoanCustomerFilter {
    /// `named`: the officer of the employee code
    fn wanted(&self, named: Option<Id<LoanOfficer>>) -> Where<loan_customers::table> {
        Where::default()
            .maybe(named, |id| loan_customers::officer_id.eq(id))
            .maybe(self.officer_id, |id| loan_customers::officer_id.eq(id))
            .maybe(self.code.clone(), |code| loan_customers::code.eq(code))
            .maybe(self.stages.clone(), |stages| loan_customers::stage.eq_any(stages))
            .maybe(self.mobile.as_ref(), |mobile| loan_customers::mobile_key.eq(input::phone_key(mobile)))
            .maybe(self.name.as_ref(), |name| contains(loan_customers::name, name))
            .maybe(self.contact_status, |status| loan_customers::contact_status.eq(status))
    }
}

impl LoanCustomerCreateInput {
    fn check(&self) -> AppResult<()> {
        input::name("code", &self.code, input::NAME)?;
        check(
            [&self.name, &self.wechat_id, &self.job, &self.city].map(Option::as_ref),
            self.mobile.as_ref(),
            self.comment.as_ref(),
            self.salary.as_ref(),
            [self.loan_term, self.loan_amount],
        )
    }
}

impl LoanCustomerUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, input::NAME))?;
        check(
            [self.name.as_ref(), self.wechat_id.value(), self.job.value(), self.city.value()],
            self.mobile.value(),
            self.comment.value(),
            self.salary.value(),
            [self.loan_term.value().copied(), self.loan_amount.value().copied()],
        )
    }
}

/// The rules of creating and changing
fn check(
    [name, wechat_id, job, city]: [Option<&String>; 4],
    mobile: Option<&String>,
    comment: Option<&String>,
    salary: Option<&Money>,
    [term, amount]: [Option<i32>; 2],
) -> AppResult<()> {
    input::texts([
        ("name", name, input::NAME),
        ("wechatId", wechat_id, input::NAME),
        ("job", job, input::NAME),
        ("city", city, input::NAME),
        ("comment", comment, COMMENT),
    ])?;
    mobile.map_or(Ok(()), |mobile| input::phone("mobile", mobile))?;
    if salary.is_some_and(|salary| salary.0 < 0) {
        return Err(input::refuse("salary", "Must not be negative"));
    }
    for (field, value) in [("loanTerm", term), ("loanAmount", amount)] {
        value.map_or(Ok(()), |value| input::range(field, value.into(), 0, i32::MAX.into()))?;
    }
    Ok(())
}
