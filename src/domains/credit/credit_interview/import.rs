//! Import of interviews from a sheet. A row that fills in the whole form becomes a normal interview, any other a draft.

use std::collections::HashMap;

use async_graphql::{Context, MaybeUndefined};
use diesel::QueryResult;

use super::{CreditInterview, InterviewStatus, form::CreditInterviewInput};
use crate::{
    auth::Viewer,
    db::{Conn, Id, Money, Rate},
    domains::{
        credit::Grid,
        customers::{
            BankCustomer,
            import::{Imported, import},
        },
    },
    error::{AppError, AppResult},
    files::{
        import::ImportPayload,
        sheet::{Column, Sheet, Table, day, label, yes_no},
    },
    graphql::{ContextExt as _, id_number::IdNumber},
};

/// A column whose text is what is kept, or what `read` makes of it
macro_rules! column {
    ($name:literal, $field:literal, $to:ident) => {
        column!($name, $field, $to, |text: &str| Ok::<_, String>(text.to_owned()))
    };
    ($name:literal, $field:literal, $to:ident, $read:expr) => {
        Column::optional($name, $field, |row: &mut CreditInterviewInput, text| {
            row.$to = MaybeUndefined::Value($read(text)?);
            Ok(())
        })
    };
}

/// The columns of the template 待面谈面签模板.xls
pub const TABLE: Table<CreditInterviewInput> = Table {
    columns: &[
        Column::optional("客户姓名", "name", |row, text| {
            row.name = Some(text.to_owned());
            Ok(())
        }),
        Column::required("身份证号", "idNumber", |row, text| {
            row.id_number = Some(text.to_owned());
            Ok(())
        }),
        column!("授信开始日期", "beginsOn", begins_on, day),
        column!("授信结束日期", "endsOn", ends_on, day),
        column!("备注", "comment", comment),
        column!("批次", "batch", batch),
        Column::optional("性别", "sex", |row, text| label(text).map(|value| row.sex = Some(value))),
        column!("配偶姓名", "spouseName", spouse_name),
        column!("配偶身份证号", "spouseIdNumber", spouse_id_number),
        column!("教育水平", "education", education),
        column!("手机号", "phone", phone),
        column!("家庭人数", "memberCount", member_count),
        column!("单位名称", "employerName", employer_name),
        column!("单位地址", "employerAddress", employer_address),
        column!("户籍地址", "registeredAddress", registered_address),
        column!("常驻地址", "residenceAddress", residence_address),
        column!("金农易贷户名", "loanAccountName", loan_account_name),
        column!("金农易贷账（卡）号", "loanAccountNumber", loan_account_number),
        column!("授信金额", "creditLimit", credit_limit, money),
        column!("授信期限", "term", term),
        column!("借款利率类型", "rateKind", rate_kind),
        column!("年利率", "yearlyRate", yearly_rate, rate),
        column!("浮动利率", "floatingRate", floating_rate, rate),
        column!("利率调整日", "rateAdjustment", rate_adjustment, label),
        column!("发放方式", "disbursement", disbursement),
        column!("还款方式", "repayment", repayment, label),
        column!("借款用途", "purpose", purpose),
        column!("个人年收入", "income", income, money),
        column!("家庭年收入", "familyIncome", family_income, money),
        column!("是否有金融顾问意见", "hasOpinion", has_opinion, yes_no),
        column!("收入（金融顾问意见）", "opinionIncome", opinion_income, money),
        column!("支出（金融顾问意见）", "opinionExpenditure", opinion_expenditure, money),
        column!("授信额度（金融顾问意见）", "opinionCreditLimit", opinion_credit_limit, money),
        column!("金融顾问姓名", "opinionAdviser", opinion_adviser),
        column!("备注（金融顾问）", "opinionComment", opinion_comment),
        column!("客户资料是否真实", "isInformationTrue", is_information_true, yes_no),
        column!("谈话内容是否真实", "isTalkTrue", is_talk_true, yes_no),
        column!("银行受理人员姓名", "interviewerName", interviewer_name),
        column!("银行受理员工号", "interviewerNumber", interviewer_number),
        column!("面谈面签日期", "heldOn", held_on, day),
    ],
};

fn money(text: &str) -> Result<Money, String> {
    Money::parse(text).ok_or_else(|| "金额不正确".to_owned())
}

fn rate(text: &str) -> Result<Rate, String> {
    Rate::parse(text.trim_end_matches('%')).ok_or_else(|| "利率不正确".to_owned())
}

impl Imported for CreditInterview {
    fn id_number(&self) -> &str {
        &self.id_number
    }

    async fn prepare(
        conn: &mut Conn,
        viewer: &Viewer,
        new: &mut Vec<CreditInterview>,
    ) -> AppResult<HashMap<String, AppError>> {
        let refused = CreditInterview::prepare(conn, viewer, new).await?;
        for row in new.iter_mut().filter(|row| row.complete().is_ok()) {
            row.status = InterviewStatus::Normal;
        }
        Ok(refused)
    }

    async fn add(conn: &mut Conn, new: Vec<CreditInterview>) -> QueryResult<Vec<CreditInterview>> {
        CreditInterview::add(conn, new).await
    }
}

impl CreditInterview {
    pub(super) async fn import(ctx: &Context<'_>, grid: Id<Grid>, sheet: Sheet) -> AppResult<ImportPayload> {
        let by = BankCustomer::registering(&mut ctx.read().await?, ctx.viewer()?).await?;
        let read = |row: CreditInterviewInput| {
            let number = IdNumber::read("idNumber", row.id_number.as_deref().unwrap_or_default())?;
            let mut interview = CreditInterview::blank(number, grid, &by);
            row.apply(&mut interview)?;
            Ok(interview)
        };
        import(ctx, &TABLE, sheet, |row| read(row).map_err(|error| TABLE.reason(error))).await
    }
}
