//! The form of an interview (面签表): what is entered, which formats it keeps to, and what a filled-in form must have.

use async_graphql::{InputObject, MaybeUndefined};

use super::{CreditInterview, InterviewStage, InterviewStatus};
use crate::{
    codes,
    db::{Day, Id, Money, Rate, Time},
    domains::{credit::Grid, customers::bank_customer::rules::Registrar},
    error::AppResult,
    graphql::{
        id_number::{IdNumber, Sex},
        input::{self, refuse},
    },
};

codes! {
    /// When the rate of a loan is adjusted (legacy rateUpdateDate, 利率调整日)
    pub enum RateAdjustment {
        /// At once (legacy 立即调整)
        AtOnce = 1 "立即调整",
        /// On 1 January (legacy 每年1月1日调整)
        Yearly = 2 "每年1月1日调整",
        /// On the first of each month (legacy 每月1日调整)
        Monthly = 3 "每月1日调整",
        /// On the first of each quarter (legacy 每季度首月1日调整)
        Quarterly = 4 "每季度首月1日调整",
        /// On the day of the year that the loan began (legacy 每年对月对日调整)
        Anniversary = 5 "每年对月对日调整",
        /// As agreed otherwise (legacy 其他约定的方式调整)
        Agreed = 6 "其他约定的方式调整",
    }
}

codes! {
    /// How a loan is paid back (legacy refundType, 还款方式)
    pub enum Repayment {
        /// The same sum each time (legacy 等额本息还款法)
        EqualInstalments = 1 "等额本息还款法",
        /// The same part of the loan each time, and the interest (legacy 等额本金还款法)
        EqualPrincipal = 2 "等额本金还款法",
        /// All at the end (legacy 到期一次性还本付息)
        AllAtEnd = 3 "到期一次性还本付息",
        /// Interest by and by, the loan at the end (legacy 按期结息，到期还本)
        PrincipalAtEnd = 4 "按期结息，到期还本",
    }
}

/// What is entered of an interview, or changed: what is left out stays as it is. A new one needs an id number, and what
/// the bank knows of its person is filled in. Changed, it needs all but the grid, endsOn, comment, batch, memberCount, the
/// addresses, the employer, the adviser's opinion, interviewerNumber and reportLocation
#[derive(Clone, Debug, Default, InputObject)]
pub struct CreditInterviewInput {
    /// Grid that the person lives in, or
    pub grid_id: Option<Id<Grid>>,
    /// its code; the customer's grid where both are left out
    pub grid_code: Option<String>,
    /// Name of the person, 20 characters at the most
    pub name: Option<String>,
    /// Valid id number of 18 characters
    pub id_number: Option<String>,
    /// First day of the credit
    pub begins_on: MaybeUndefined<Day>,
    /// Last day of the credit, not before the first
    pub ends_on: MaybeUndefined<Day>,
    /// Remark, 100 characters at the most
    pub comment: MaybeUndefined<String>,
    /// Batch that it belongs to, 20 characters at the most
    pub batch: MaybeUndefined<String>,
    /// Sex; what the id number says, which it must not contradict
    pub sex: Option<Sex>,
    /// Name of the husband or wife, 20 characters at the most; 无 for none
    pub spouse_name: MaybeUndefined<String>,
    /// Id number of the husband or wife, 20 characters at the most; 无 for none
    pub spouse_id_number: MaybeUndefined<String>,
    /// Education, 20 characters at the most
    pub education: MaybeUndefined<String>,
    /// Mobile phone of 11 digits
    pub phone: MaybeUndefined<String>,
    /// Number of people in the family, 20 characters at the most
    pub member_count: MaybeUndefined<String>,
    /// Name of the employer, 50 characters at the most
    pub employer_name: MaybeUndefined<String>,
    /// Address of the employer, 100 characters at the most
    pub employer_address: MaybeUndefined<String>,
    /// Address in the household register, 100 characters at the most
    pub registered_address: MaybeUndefined<String>,
    /// Address that the person lives at, 100 characters at the most
    pub residence_address: MaybeUndefined<String>,
    /// Whose the account of the loan is, 20 characters at the most
    pub loan_account_name: MaybeUndefined<String>,
    /// Number of the account or card of the loan, 20 characters at the most
    pub loan_account_number: MaybeUndefined<String>,
    /// What the person may be lent, not below 0
    pub credit_limit: MaybeUndefined<Money>,
    /// For how long, 20 characters at the most
    pub term: MaybeUndefined<String>,
    /// What kind of rate it is, 20 characters at the most
    pub rate_kind: MaybeUndefined<String>,
    /// Yearly rate in per cent, 0 to 100
    pub yearly_rate: MaybeUndefined<Rate>,
    /// How far the rate floats in per cent, -100 to 100
    pub floating_rate: MaybeUndefined<Rate>,
    /// When the rate is adjusted
    pub rate_adjustment: MaybeUndefined<RateAdjustment>,
    /// How the loan is paid out, 20 characters at the most
    pub disbursement: MaybeUndefined<String>,
    /// How the loan is paid back
    pub repayment: MaybeUndefined<Repayment>,
    /// What the loan is for, 20 characters at the most
    pub purpose: MaybeUndefined<String>,
    /// What the person earns in a year, not below 0
    pub income: MaybeUndefined<Money>,
    /// What the family earns in a year, not below 0
    pub family_income: MaybeUndefined<Money>,
    /// Whether there is an adviser's opinion
    pub has_opinion: MaybeUndefined<bool>,
    /// What the person earns, in the adviser's opinion, not below 0
    pub opinion_income: MaybeUndefined<Money>,
    /// What the person spends, in the adviser's opinion, not below 0
    pub opinion_expenditure: MaybeUndefined<Money>,
    /// What the person may be lent, in the adviser's opinion, not below 0
    pub opinion_credit_limit: MaybeUndefined<Money>,
    /// Name of the adviser, 20 characters at the most
    pub opinion_adviser: MaybeUndefined<String>,
    /// Remark of the adviser, 100 characters at the most
    pub opinion_comment: MaybeUndefined<String>,
    /// Whether what the person says of himself is true
    pub is_information_true: MaybeUndefined<bool>,
    /// Whether what was talked about is true
    pub is_talk_true: MaybeUndefined<bool>,
    /// Name of who held the interview, 20 characters at the most
    pub interviewer_name: MaybeUndefined<String>,
    /// Staff number of who held it, 20 characters at the most
    pub interviewer_number: MaybeUndefined<String>,
    /// Day that it was held on
    pub held_on: MaybeUndefined<Day>,
    /// Where the paper of the credit bureau lies, 50 characters at the most; a note, nothing is fetched from there
    pub report_location: MaybeUndefined<String>,
}

impl CreditInterviewInput {
    /// Puts what is given into the row; its grid is named by the caller
    pub fn apply(mut self, row: &mut CreditInterview) -> AppResult<()> {
        if let Some(text) = &self.id_number {
            let number = IdNumber::read("idNumber", text)?;
            (row.id_number, row.sex) = (number.text, Some(number.sex));
        }
        if self.sex.is_some() && self.sex != row.sex {
            return Err(refuse("sex", "The id number says otherwise"));
        }
        if let MaybeUndefined::Value(phone) = &mut self.phone {
            *phone = input::mobile("phone", phone)?;
        }
        if let Some(name) = self.name {
            row.name = name;
        }
        self.begins_on.update_to(&mut row.begins_on);
        self.ends_on.update_to(&mut row.ends_on);
        self.comment.update_to(&mut row.comment);
        self.batch.update_to(&mut row.batch);
        self.spouse_name.update_to(&mut row.spouse_name);
        self.spouse_id_number.update_to(&mut row.spouse_id_number);
        self.education.update_to(&mut row.education);
        self.phone.update_to(&mut row.phone);
        self.member_count.update_to(&mut row.member_count);
        self.employer_name.update_to(&mut row.employer_name);
        self.employer_address.update_to(&mut row.employer_address);
        self.registered_address.update_to(&mut row.registered_address);
        self.residence_address.update_to(&mut row.residence_address);
        self.loan_account_name.update_to(&mut row.loan_account_name);
        self.loan_account_number.update_to(&mut row.loan_account_number);
        self.credit_limit.update_to(&mut row.credit_limit);
        self.term.update_to(&mut row.term);
        self.rate_kind.update_to(&mut row.rate_kind);
        self.yearly_rate.update_to(&mut row.yearly_rate);
        self.floating_rate.update_to(&mut row.floating_rate);
        self.rate_adjustment.update_to(&mut row.rate_adjustment);
        self.disbursement.update_to(&mut row.disbursement);
        self.repayment.update_to(&mut row.repayment);
        self.purpose.update_to(&mut row.purpose);
        self.income.update_to(&mut row.income);
        self.family_income.update_to(&mut row.family_income);
        self.has_opinion.update_to(&mut row.has_opinion);
        self.opinion_income.update_to(&mut row.opinion_income);
        self.opinion_expenditure.update_to(&mut row.opinion_expenditure);
        self.opinion_credit_limit.update_to(&mut row.opinion_credit_limit);
        self.opinion_adviser.update_to(&mut row.opinion_adviser);
        self.opinion_comment.update_to(&mut row.opinion_comment);
        self.is_information_true.update_to(&mut row.is_information_true);
        self.is_talk_true.update_to(&mut row.is_talk_true);
        self.interviewer_name.update_to(&mut row.interviewer_name);
        self.interviewer_number.update_to(&mut row.interviewer_number);
        self.held_on.update_to(&mut row.held_on);
        self.report_location.update_to(&mut row.report_location);
        Ok(())
    }
}

impl CreditInterview {
    /// A draft with nothing but its id number
    pub fn blank(number: IdNumber, grid: Id<Grid>, by: &Registrar) -> CreditInterview {
        let now = Time::now();
        CreditInterview {
            id: Id::new(0),
            customer_id: None,
            grid_id: grid,
            keeper_id: by.staff,
            status: InterviewStatus::Draft,
            stage: InterviewStage::Entered,
            has_contract: false,
            has_form: false,
            name: String::new(),
            id_number: number.text,
            begins_on: None,
            ends_on: None,
            comment: None,
            batch: None,
            sex: Some(number.sex),
            spouse_name: None,
            spouse_id_number: None,
            education: None,
            phone: None,
            member_count: None,
            employer_name: None,
            employer_address: None,
            registered_address: None,
            residence_address: None,
            loan_account_name: None,
            loan_account_number: None,
            credit_limit: None,
            term: None,
            rate_kind: None,
            yearly_rate: None,
            floating_rate: None,
            rate_adjustment: None,
            disbursement: None,
            repayment: None,
            purpose: None,
            income: None,
            family_income: None,
            has_opinion: None,
            opinion_income: None,
            opinion_expenditure: None,
            opinion_credit_limit: None,
            opinion_adviser: None,
            opinion_comment: None,
            is_information_true: None,
            is_talk_true: None,
            interviewer_name: None,
            interviewer_number: None,
            held_on: None,
            registrar_name: Some(by.name.clone()),
            registering_branch: by.branch.clone(),
            registering_branch_code: by.branch_code.clone(),
            report_location: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether the row may be kept: drafts too keep to the formats
    pub(super) fn check(&self) -> AppResult<()> {
        input::name("name", &self.name, 20)?;
        input::texts([
            ("comment", self.comment.as_ref(), 100),
            ("batch", self.batch.as_ref(), 20),
            ("spouseName", self.spouse_name.as_ref(), 20),
            ("spouseIdNumber", self.spouse_id_number.as_ref(), 20),
            ("education", self.education.as_ref(), 20),
            ("memberCount", self.member_count.as_ref(), 20),
            ("employerName", self.employer_name.as_ref(), 50),
            ("employerAddress", self.employer_address.as_ref(), 100),
            ("registeredAddress", self.registered_address.as_ref(), 100),
            ("residenceAddress", self.residence_address.as_ref(), 100),
            ("loanAccountName", self.loan_account_name.as_ref(), 20),
            ("loanAccountNumber", self.loan_account_number.as_ref(), 20),
            ("term", self.term.as_ref(), 20),
            ("rateKind", self.rate_kind.as_ref(), 20),
            ("disbursement", self.disbursement.as_ref(), 20),
            ("purpose", self.purpose.as_ref(), 20),
            ("opinionAdviser", self.opinion_adviser.as_ref(), 20),
            ("opinionComment", self.opinion_comment.as_ref(), 100),
            ("interviewerName", self.interviewer_name.as_ref(), 20),
            ("interviewerNumber", self.interviewer_number.as_ref(), 20),
            ("reportLocation", self.report_location.as_ref(), 50),
        ])?;
        let whole = 100 * 10_000;
        let amounts = [
            ("creditLimit", self.credit_limit.map(|it| it.0), 0, i64::MAX),
            ("income", self.income.map(|it| it.0), 0, i64::MAX),
            ("familyIncome", self.family_income.map(|it| it.0), 0, i64::MAX),
            ("opinionIncome", self.opinion_income.map(|it| it.0), 0, i64::MAX),
            ("opinionExpenditure", self.opinion_expenditure.map(|it| it.0), 0, i64::MAX),
            ("opinionCreditLimit", self.opinion_credit_limit.map(|it| it.0), 0, i64::MAX),
            ("yearlyRate", self.yearly_rate.map(|it| it.0), 0, whole),
            ("floatingRate", self.floating_rate.map(|it| it.0), -whole, whole),
        ];
        if let Some((field, ..)) =
            amounts.iter().find(|(_, value, least, most)| value.is_some_and(|it| !(*least..=*most).contains(&it)))
        {
            return Err(refuse(field, "Out of range"));
        }
        match (self.begins_on, self.ends_on) {
            (Some(first), Some(last)) if last < first => Err(refuse("endsOn", "Must not be before beginsOn")),
            _ => Ok(()),
        }
    }

    /// What a filled-in form lacks; [`check`](Self::check) of the rest
    pub(super) fn complete(&self) -> AppResult<()> {
        self.check()?;
        let blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
        let lacks = [
            ("beginsOn", self.begins_on.is_none()),
            ("spouseName", blank(&self.spouse_name)),
            ("spouseIdNumber", blank(&self.spouse_id_number)),
            ("education", blank(&self.education)),
            ("phone", self.phone.is_none()),
            ("loanAccountName", blank(&self.loan_account_name)),
            ("loanAccountNumber", blank(&self.loan_account_number)),
            ("creditLimit", self.credit_limit.is_none()),
            ("term", blank(&self.term)),
            ("rateKind", blank(&self.rate_kind)),
            ("yearlyRate", self.yearly_rate.is_none()),
            ("floatingRate", self.floating_rate.is_none()),
            ("rateAdjustment", self.rate_adjustment.is_none()),
            ("disbursement", blank(&self.disbursement)),
            ("repayment", self.repayment.is_none()),
            ("purpose", blank(&self.purpose)),
            ("income", self.income.is_none()),
            ("familyIncome", self.family_income.is_none()),
            ("isInformationTrue", self.is_information_true.is_none()),
            ("isTalkTrue", self.is_talk_true.is_none()),
            ("interviewerName", blank(&self.interviewer_name)),
            ("heldOn", self.held_on.is_none()),
        ];
        match lacks.iter().find(|(_, lacks)| *lacks) {
            Some((field, _)) => Err(refuse(field, "Must be given")),
            None => Ok(()),
        }
    }
}
