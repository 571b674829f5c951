//! Interview before a loan (面谈面签): what the customer manager asks somebody and writes down, the terms of the loan that
//! both sign, and how far its approval (贷款审批) has come.
//!
//! Table `credit_interviews`. It starts as a draft (临时数据) with what the bank knows already and becomes normal with the
//! first change that completes the form. Its stage is moved by approvals alone ([`rules`]); nobody has two interviews
//! under way, and nobody of the black list has a new one. 金农易贷 is the loan product whose account it names, 登记人 the
//! employee who entered it, 受理人员 the one who held it, 批次 the batch that it belongs to.

pub mod enter;
pub mod fields;
pub mod form;
pub mod import;
pub mod known;
pub mod record;
pub mod root;
pub mod rules;
pub mod sql;
pub mod white_list;

use async_graphql::{Enum, InputObject, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use self::form::{RateAdjustment, Repayment};
pub use self::{
    root::{CreditInterviewMutation, CreditInterviewQuery},
    rules::InterviewStage,
};
use crate::{
    auth::{Area, Viewer},
    codes,
    db::{
        Day, Id, Money, Rate, Time, Where,
        sql::begins,
        tables::{credit_interviews, grids},
    },
    domains::{
        credit::{Grid, scope::Scope},
        customers::BankCustomer,
        identity::BankStaff,
    },
    entity,
    graphql::{entity::Visible, id_number::Sex, input::id_number_key},
    payload,
};

codes! {
    /// Whether an interview counts (legacy status, 数据状态)
    pub enum InterviewStatus {
        /// Its form is filled in (legacy 0 正常)
        Normal = 0 "正常",
        /// Deleted; nobody sees it (legacy 1 删除)
        Deleted = 1 "删除",
        /// Its form is not filled in yet (legacy 2 临时数据)
        Draft = 2 "临时数据",
    }
}

codes! {
    /// Which signed papers of an interview are uploaded (legacy attachFlag)
    pub enum InterviewPapers {
        /// None (legacy 0, 0.0)
        None = 0,
        /// The signed form with the leave to ask the credit bureau, 面签表和征信查询授权书 (legacy 1, 0.1)
        Form = 1,
        /// The contract, 合同 (legacy 2, 1.0)
        Contract = 2,
        /// Both (legacy 3, 1.1)
        Both = 3,
    }
}

/// Which signed papers interviews shall have or lack
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum InterviewPapersFilter {
    /// Both
    Complete,
    /// One of the two
    Partial,
    /// None
    None,
    /// One of the two, or none
    Incomplete,
}

/// A signed paper that is kept as a picture
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InterviewPaper {
    /// Contract (合同), a picture of the kind 4.1
    Contract,
    /// Signed form with the leave to ask the credit bureau (面签表和征信查询授权书), a picture of the kind 4.2
    Form,
}

/// Interview before a loan, with the terms of the loan
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, SimpleObject, Serialize)]
#[diesel(table_name = credit_interviews, treat_none_as_null = true, treat_none_as_default_value = false)]
#[graphql(complex)]
pub struct CreditInterview {
    /// Opaque global id
    #[diesel(skip_insertion)]
    pub id: Id<CreditInterview>,
    /// Customer who is interviewed; null for somebody who is none yet
    pub customer_id: Option<Id<BankCustomer>>,
    /// Grid that the person lives in
    pub grid_id: Id<Grid>,
    /// Employee who entered it (legacy accountId, 登记人账号)
    pub keeper_id: Option<Id<BankStaff>>,
    /// Whether it counts
    pub status: InterviewStatus,
    /// How far its approval has come (legacy approvalStatus)
    pub stage: InterviewStage,
    // Only the pictures change these two: see attach.
    #[graphql(skip)]
    #[diesel(skip_update)]
    pub has_contract: bool,
    #[graphql(skip)]
    #[diesel(skip_update)]
    pub has_form: bool,
    /// Name of the person (legacy customerName)
    pub name: String,
    #[graphql(skip)]
    pub id_number: String,
    /// First day of the credit (legacy beginAt)
    pub begins_on: Option<Day>,
    /// Last day of the credit (legacy endAt)
    pub ends_on: Option<Day>,
    /// Remark
    pub comment: Option<String>,
    /// Batch that it belongs to (legacy postil)
    pub batch: Option<String>,
    /// Sex
    pub sex: Option<Sex>,
    /// Name of the husband or wife, 无 for none
    pub spouse_name: Option<String>,
    #[graphql(skip)]
    pub spouse_id_number: Option<String>,
    /// Education (legacy educationLevel)
    pub education: Option<String>,
    /// Mobile phone (legacy phoneNumber)
    pub phone: Option<String>,
    /// Number of people in the family
    pub member_count: Option<String>,
    /// Name of the employer (legacy companyName)
    pub employer_name: Option<String>,
    /// Address of the employer (legacy companyAddress)
    pub employer_address: Option<String>,
    /// Address in the household register (legacy nativeAddress)
    pub registered_address: Option<String>,
    /// Address that the person lives at
    pub residence_address: Option<String>,
    /// Whose the account of the loan is (legacy jnydName, 金农易贷户名)
    pub loan_account_name: Option<String>,
    /// Number of the account or card of the loan (legacy jnydId)
    pub loan_account_number: Option<String>,
    /// What the person may be lent (legacy rental, 授信金额)
    pub credit_limit: Option<Money>,
    /// For how long (legacy deadline, 授信期限)
    pub term: Option<String>,
    /// What kind of rate it is (legacy rateType, 借款利率类型)
    pub rate_kind: Option<String>,
    /// Yearly rate in per cent (legacy yearRate)
    pub yearly_rate: Option<Rate>,
    /// How far the rate floats, in per cent (legacy rateFloat)
    pub floating_rate: Option<Rate>,
    /// When the rate is adjusted (legacy rateUpdateDate)
    pub rate_adjustment: Option<RateAdjustment>,
    /// How the loan is paid out (legacy disbursement, 发放方式)
    pub disbursement: Option<String>,
    /// How the loan is paid back (legacy refundType)
    pub repayment: Option<Repayment>,
    /// What the loan is for (legacy creditUseType)
    pub purpose: Option<String>,
    /// What the person earns in a year
    pub income: Option<Money>,
    /// What the family earns in a year
    pub family_income: Option<Money>,
    /// Whether there is an adviser's opinion (legacy advisersFlag)
    pub has_opinion: Option<bool>,
    /// What the person earns, in the adviser's opinion (legacy advisersIncome)
    pub opinion_income: Option<Money>,
    /// What the person spends, in the adviser's opinion (legacy advisersExpense)
    pub opinion_expenditure: Option<Money>,
    /// What the person may be lent, in the adviser's opinion (legacy advisersRental)
    pub opinion_credit_limit: Option<Money>,
    /// Name of the adviser (legacy advisersName)
    pub opinion_adviser: Option<String>,
    /// Remark of the adviser (legacy advisersComment)
    pub opinion_comment: Option<String>,
    /// Whether what the person says of himself is true (legacy trueCustomerInfo)
    pub is_information_true: Option<bool>,
    /// Whether what was talked about is true (legacy trueCustomerTalk)
    pub is_talk_true: Option<bool>,
    /// Name of who held the interview (legacy staffName, 银行受理人员)
    pub interviewer_name: Option<String>,
    /// Staff number of who held it (legacy staffId)
    pub interviewer_number: Option<String>,
    /// Day that it was held on (legacy talkDate)
    pub held_on: Option<Day>,
    /// Name of who entered it (legacy accountName, 登记人)
    pub registrar_name: Option<String>,
    /// Name of the branch that entered it (legacy orgName)
    pub registering_branch: Option<String>,
    /// Code of the branch that entered it (legacy orgCode)
    pub registering_branch_code: Option<String>,
    /// Where the paper of the credit bureau lies (legacy creditReport, 征信报告地址); a note, nothing is fetched from there
    pub report_location: Option<String>,
    /// When it was entered
    pub created_at: Time,
    /// When it was last changed or approved
    pub updated_at: Time,
}

/// Which interviews
#[derive(Clone, Debug, Default, InputObject)]
pub struct CreditInterviewFilter {
    /// With people whose names begin with this text
    name: Option<String>,
    /// With the person with exactly this id number
    id_number: Option<String>,
    /// With this customer
    customer_id: Option<Id<BankCustomer>>,
    /// Of this grid
    grid_id: Option<Id<Grid>>,
    /// Of the grid with exactly this code
    grid_code: Option<String>,
    /// At one of these stages
    stages: Option<Vec<InterviewStage>>,
    /// With these signed papers
    papers: Option<InterviewPapersFilter>,
    /// With exactly this yearly rate in per cent (legacy interestRate)
    yearly_rate: Option<Rate>,
}

payload! {
    /// The new interview
    CreditInterviewCreatePayload { credit_interview: CreditInterview }
    /// The changed interview
    CreditInterviewUpdatePayload { credit_interview: CreditInterview }
    /// The deleted interview
    CreditInterviewDeletePayload { credit_interview: CreditInterview }
}

entity!(CreditInterview, credit_interviews, created_at desc);

impl Visible for CreditInterview {
    type Table = credit_interviews::table;
    const AREA: Option<Area> = Some(Area::Interviews);

    /// Whoever sees the grid, unless it is deleted
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Grid::seen(viewer, |grids| Where::default().and(credit_interviews::grid_id.eq_any(grids)))
            .and(credit_interviews::status.ne(InterviewStatus::Deleted))
    }
}

impl CreditInterviewFilter {
    fn wanted(&self, scope: &Scope) -> Where<credit_interviews::table> {
        let wanted = Where::default()
            .maybe(scope.is_narrow().then(|| Grid::numbers(scope.grids())), |grids| {
                credit_interviews::grid_id.eq_any(grids)
            })
            .maybe(self.name.as_deref(), |name| begins(credit_interviews::name, name))
            .maybe(self.id_number.as_deref().map(id_number_key), |number| credit_interviews::id_number.eq(number))
            .maybe(self.customer_id, |customer| credit_interviews::customer_id.eq(customer))
            .maybe(self.grid_id, |grid| credit_interviews::grid_id.eq(grid))
            .maybe(self.grid_code.clone(), |code| {
                credit_interviews::grid_id.eq_any(grids::table.filter(grids::code.eq(code)).select(grids::id))
            })
            .maybe(self.stages.clone(), |stages| credit_interviews::stage.eq_any(stages))
            .maybe(self.yearly_rate, |rate| credit_interviews::yearly_rate.eq(rate));
        let (contract, form) = (credit_interviews::has_contract, credit_interviews::has_form);
        match self.papers {
            None => wanted,
            Some(InterviewPapersFilter::Complete) => wanted.and(contract.eq(true)).and(form.eq(true)),
            Some(InterviewPapersFilter::None) => wanted.and(contract.eq(false)).and(form.eq(false)),
            Some(InterviewPapersFilter::Partial) => wanted.and(contract.ne(form)),
            Some(InterviewPapersFilter::Incomplete) => wanted.and(contract.eq(false).or(form.eq(false))),
        }
    }
}
