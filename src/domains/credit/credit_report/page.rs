//! The page of a credit report: of what the bank knows itself, or with what the credit bureau said in a frame that runs
//! nothing.

use chrono_tz::Tz;
use minijinja::{Environment, UndefinedBehavior, value::Serde};
use serde::Serialize;
use serde_json::json;

use crate::{
    db::{Day, Money, Rate, Time},
    domains::credit::{CreditApproval, CreditInterview, CreditProfile},
    error::{AppError, AppResult},
    graphql::codes::Coded as _,
};

/// Its name tells the engine to escape
const TEMPLATE: (&str, &str) = ("report.html", include_str!("report.html"));

/// What the bank knows of the person of an interview
pub struct Known {
    pub interview: CreditInterview,
    pub profile: Option<CreditProfile>,
    pub approvals: Vec<CreditApproval>,
    pub is_black_listed: bool,
    pub zone: Tz,
}

#[derive(Serialize)]
struct Section {
    title: &'static str,
    rows: Vec<(&'static str, String)>,
}

/// A page of the credit bureau, in a frame without rights: no script of it runs, no form of it is sent
pub fn framed(name: &str, page: &str) -> AppResult<String> {
    render(json!({"name": name, "page": page}))
}

/// A page of what the bank knows
pub fn rendered(known: &Known) -> AppResult<String> {
    let zone = known.zone;
    let approval = |approval: &CreditApproval| {
        [
            local(approval.created_at, zone),
            approval.step.label().unwrap_or_default().to_owned(),
            approval.result.label().unwrap_or_default().to_owned(),
            approval.approver_name.clone(),
            text(approval.opinion.as_ref()),
        ]
    };
    let mut sections = vec![person(known), loan(&known.interview), opinion(&known.interview)];
    sections.extend(known.profile.as_ref().map(profile));
    let approvals: Vec<_> = known.approvals.iter().map(approval).collect();
    render(json!({"name": known.interview.name, "sections": sections, "approvals": approvals}))
}

fn render(values: serde_json::Value) -> AppResult<String> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    engine.render_named_str(TEMPLATE.0, TEMPLATE.1, Serde(values)).map_err(AppError::internal)
}

fn person(known: &Known) -> Section {
    let it = &known.interview;
    Section {
        title: "客户信息",
        rows: vec![
            ("客户姓名", it.name.clone()),
            ("身份证号", it.id_number.clone()),
            ("性别", it.sex.and_then(|sex| sex.label()).unwrap_or_default().to_owned()),
            ("手机号", text(it.phone.as_ref())),
            ("教育水平", text(it.education.as_ref())),
            ("配偶姓名", text(it.spouse_name.as_ref())),
            ("配偶身份证号", text(it.spouse_id_number.as_ref())),
            ("家庭人数", text(it.member_count.as_ref())),
            ("单位名称", text(it.employer_name.as_ref())),
            ("单位地址", text(it.employer_address.as_ref())),
            ("户籍地址", text(it.registered_address.as_ref())),
            ("常驻地址", text(it.residence_address.as_ref())),
            ("个人年收入", money(it.income)),
            ("家庭年收入", money(it.family_income)),
            ("是否在黑名单", yes_no(known.is_black_listed)),
        ],
    }
}

fn loan(it: &CreditInterview) -> Section {
    Section {
        title: "授信信息",
        rows: vec![
            ("审批状态", it.stage.label().unwrap_or_default().to_owned()),
            ("授信金额", money(it.credit_limit)),
            ("授信期限", text(it.term.as_ref())),
            ("授信开始日期", day(it.begins_on)),
            ("授信结束日期", day(it.ends_on)),
            ("借款利率类型", text(it.rate_kind.as_ref())),
            ("年利率", rate(it.yearly_rate)),
            ("浮动利率", rate(it.floating_rate)),
            ("还款方式", it.repayment.and_then(|it| it.label()).unwrap_or_default().to_owned()),
            ("借款用途", text(it.purpose.as_ref())),
            ("面谈面签日期", day(it.held_on)),
            ("银行受理人员", text(it.interviewer_name.as_ref())),
        ],
    }
}

fn opinion(it: &CreditInterview) -> Section {
    Section {
        title: "金融顾问意见",
        rows: vec![
            ("金融顾问姓名", text(it.opinion_adviser.as_ref())),
            ("收入", money(it.opinion_income)),
            ("支出", money(it.opinion_expenditure)),
            ("授信额度", money(it.opinion_credit_limit)),
            ("备注", text(it.opinion_comment.as_ref())),
        ],
    }
}

fn profile(it: &CreditProfile) -> Section {
    Section {
        title: "信誉信息",
        rows: vec![
            ("已用信用额度", it.credit_used.text(2)),
            ("按揭贷款", it.mortgage_debt.text(2)),
            ("经营贷款", it.business_debt.text(2)),
            ("消费贷款", it.consumer_debt.text(2)),
            ("逾期记录", it.overdue_records.to_string()),
            ("逾期金额", it.overdue_amount.text(2)),
            ("有无不良嗜好", yes_no(it.has_bad_habits)),
            ("有无不良信用", yes_no(it.has_bad_credit)),
            ("是否失信人", yes_no(it.is_dishonest)),
        ],
    }
}

fn text(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

fn money(amount: Option<Money>) -> String {
    amount.map(|amount| format!("{}元", amount.text(2))).unwrap_or_default()
}

fn rate(rate: Option<Rate>) -> String {
    rate.map(|rate| format!("{}%", rate.text())).unwrap_or_default()
}

fn day(day: Option<Day>) -> String {
    day.map(|day| day.0.to_string()).unwrap_or_default()
}

fn local(time: Time, zone: Tz) -> String {
    time.0.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

fn yes_no(yes: bool) -> String {
    if yes { "是" } else { "否" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_others_can_not_leave_its_frame() {
        let page = framed("</title><script>1</script>", "<p>ok</p>\"></iframe><script>alert('1')</script>").unwrap();
        assert_eq!(page.matches("<script").count(), 0, "{page}");
        assert_eq!((page.matches("<iframe").count(), page.matches("</iframe>").count()), (1, 1));
        assert!(page.contains("srcdoc=\"&lt;p&gt;ok") && page.contains("<iframe sandbox "), "{page}");
    }
}
