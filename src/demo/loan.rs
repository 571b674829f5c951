//! The loan realm: officers, the customers they look after, and what passed between them.

use chrono::Duration;
use diesel::prelude::*;
use rand::RngExt as _;

use super::Demo;
use crate::{
    auth::Realm,
    db::{
        Cols as _, Conn, Id, Money, Run as _, Time,
        sql::Many,
        tables::{loan_customers, loan_officers, phone_calls, sms_messages, sms_templates, wechat_friendships},
    },
    domains::{
        customers::{ContactStatus, LoanCustomer, LoanStage, SocialSecurity},
        engagement::{CallStatus, SenderRole, WechatStatus},
        identity::{Account, LoanOfficer, NewAccount},
    },
    error::AppResult,
    graphql::{Entity as _, input::phone_key},
};

/// Login, employee code, whether a manager, number of customers
const OFFICERS: &[(&str, &str, bool, usize)] = &[
    ("1600", "AA1600", true, 4),
    ("1611", "AA1611", false, 96),
    ("0396", "AA0396", false, 60),
    ("1612", "AA1612", false, 60),
    ("1613", "AA1613", false, 60),
    ("1614", "AA1614", false, 40),
];

/// Customers of AA1611 whom the documented examples name: code and, where an example has an unreal one, mobile phone
const EXAMPLES: &[(&str, Option<&str>)] = &[
    ("AAC13031400024", None),
    ("AAC13040300071", Some("18522222222")),
    ("AAC13070404916", Some("18722222222")),
    ("AFC14101000001", None),
];

const JOBS: &[&str] = &["企业主", "个体户", "上班族", "公务员", "教师", "自由职业"];
const CITIES: &[&str] = &["苏州市", "无锡市", "常州市", "上海市"];
const COMMENTS: &[&str] = &["", "", "下周一联系", "需要资料清单", "暂时不考虑，月底再问", "已约周五来访", "对利率敏感"];
const FROM_OFFICER: &[&str] = &[
    "您好，您咨询的贷款资料清单已发送，请查收。",
    "请问您本周方便来门店面谈吗？",
    "您的申请已提交，请保持电话畅通。",
    "温馨提示：请带好身份证和收入证明。",
];
const FROM_CUSTOMER: &[&str] =
    &["好的，收到。", "利率是多少？", "我周五下午过来。", "需要准备哪些资料？", "谢谢，再联系。"];
const SIGNATURE: &str = "【东方融资网】";
const TEMPLATES: &[(&str, &str)] = &[
    ("回访模板", "您好，我是您的融资顾问，想回访一下您对我们服务的意见。"),
    ("资料模板", "您好，办理贷款请准备身份证、收入证明和近六个月银行流水。"),
    ("到访模板", "您好，您预约的面谈时间已确认，门店地址请见短信链接。"),
];

pub async fn fill(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    templates(conn, demo).await?;
    let mut officers = Vec::new();
    for (place, (login, code, is_manager, customers)) in OFFICERS.iter().enumerate() {
        let officer = officer(conn, demo, login, code, *is_manager).await?;
        officers.push((officer, place, *customers));
    }
    let mut example = None;
    for (officer, place, wanted) in &officers {
        let customers = customers(conn, demo, officer, *place, *wanted).await?;
        messages(conn, demo, officer, &customers).await?;
        calls(conn, demo, officer, &customers).await?;
        friendships(conn, demo, officer, &customers).await?;
        example = example.or(customers.into_iter().find(|customer| customer.code == "AFC14101000001"));
    }
    // The documented example reads the messages of another officer with this customer.
    if let (Some(customer), Some((officer, ..))) =
        (example, officers.iter().find(|(row, ..)| row.employee_code == "AA0396"))
    {
        messages(conn, demo, officer, &[customer]).await?;
    }
    Ok(())
}

async fn templates(conn: &mut Conn, demo: &Demo) -> AppResult<()> {
    let rows = TEMPLATES.iter().map(|(title, content)| {
        (
            sms_templates::title.eq(*title),
            sms_templates::content.eq(*content),
            sms_templates::created_at.eq(demo.now),
            sms_templates::updated_at.eq(demo.now),
        )
    });
    diesel::insert_into(sms_templates::table).values(Many(rows.collect())).run(conn).await?;
    Ok(())
}

async fn officer(
    conn: &mut Conn,
    demo: &mut Demo,
    login: &str,
    code: &str,
    is_manager: bool,
) -> AppResult<LoanOfficer> {
    let name = demo.person();
    let account = NewAccount {
        realm: Some(Realm::Loan),
        login: login.to_owned(),
        name: name.clone(),
        password_hash: demo.password.clone(),
        is_manager,
    };
    let account: Account = demo.account(conn, account).await?;
    let row = (
        loan_officers::account_id.eq(account.id),
        loan_officers::employee_code.eq(code.to_owned()),
        loan_officers::account_name.eq(format!("demo{login}")),
        loan_officers::name.eq(name),
        loan_officers::city_code.eq("SUZHOU"),
        loan_officers::city_name.eq("苏州市"),
        loan_officers::department_code.eq("SZ01"),
        loan_officers::department_name.eq("苏州一部"),
        loan_officers::role_code.eq(if is_manager { "MANAGER" } else { "SALES" }),
        loan_officers::role_name.eq(if is_manager { "销售经理" } else { "融资顾问" }),
        loan_officers::work_mobile.eq(demo.mobile()),
        loan_officers::wechat_id.eq(format!("wxid_demo{login}")),
        loan_officers::created_at.eq(demo.now),
        loan_officers::updated_at.eq(demo.now),
    );
    Ok(diesel::insert_into(loan_officers::table).values(row).returning(LoanOfficer::cols()).one(conn).await?)
}

async fn customers(
    conn: &mut Conn,
    demo: &mut Demo,
    officer: &LoanOfficer,
    place: usize,
    wanted: usize,
) -> AppResult<Vec<LoanCustomer>> {
    let examples = if officer.employee_code == "AA1611" { EXAMPLES } else { &[] };
    let stages = [
        LoanStage::Need,
        LoanStage::Need,
        LoanStage::Intention,
        LoanStage::Visited,
        LoanStage::Signed,
        LoanStage::DealOutsourced,
        LoanStage::DealMember,
    ];
    let security = [
        None,
        Some(SocialSecurity::Neither),
        Some(SocialSecurity::Both),
        Some(SocialSecurity::SocialSecurityOnly),
        Some(SocialSecurity::HousingFundOnly),
    ];
    let known = [Some(true), Some(false), None];
    let mut rows = Vec::new();
    for index in 0..wanted {
        let (code, name, mobile) = match examples.get(index) {
            Some((code, mobile)) => (String::from(*code), String::from(*code), mobile.map(String::from)),
            None => (format!("AAC2601{place:02}{index:05}"), demo.person(), None),
        };
        let mobile = mobile.unwrap_or_else(|| demo.mobile());
        let stage = if index < examples.len() { LoanStage::Need } else { *demo.pick(&stages) };
        let created = demo.ago(365);
        let salary = (demo.rng.random_range(0..4) > 0).then(|| Money(demo.rng.random_range(30..300) * 1_000_000));
        let term = *demo.pick(&[Some(6), Some(12), Some(24), Some(36), None]);
        let amount = *demo.pick(&[Some(5), Some(10), Some(50), Some(200), None]);
        let updated = later(demo, created);
        rows.push((
            loan_customers::code.eq(code),
            loan_customers::officer_id.eq(officer.id),
            loan_customers::name.eq(name),
            loan_customers::mobile_key.eq(phone_key(&mobile)),
            loan_customers::mobile.eq(mobile),
            loan_customers::wechat_id.eq((index % 3 == 0).then(|| format!("wxid_demo{place}{index:04}"))),
            loan_customers::stage.eq(stage),
            loan_customers::has_car.eq(*demo.pick(&known)),
            loan_customers::has_guarantee.eq(*demo.pick(&known)),
            loan_customers::has_house.eq(*demo.pick(&known)),
            loan_customers::social_security.eq(*demo.pick(&security)),
            loan_customers::salary.eq(salary),
            loan_customers::job.eq(*demo.pick(JOBS)),
            loan_customers::loan_term.eq(term),
            loan_customers::loan_amount.eq(amount),
            loan_customers::money_needed_at.eq(Time::from(created.0 + Duration::days(30))),
            loan_customers::city.eq(*demo.pick(CITIES)),
            loan_customers::comment.eq(*demo.pick(COMMENTS)),
            loan_customers::contact_status.eq(ContactStatus::NotCalled),
            loan_customers::created_at.eq(created),
            loan_customers::updated_at.eq(updated),
        ));
    }
    diesel::insert_into(loan_customers::table).values(Many(rows)).run(conn).await?;
    let own = crate::db::Where::default().and(loan_customers::officer_id.eq(officer.id));
    Ok(LoanCustomer::fetch(conn, own, LoanCustomer::ORDER.all()).await?)
}

/// A moment between that one and now
fn later(demo: &mut Demo, than: Time) -> Time {
    let seconds = (demo.now.0 - than.0).num_seconds().max(2);
    Time::from(than.0 + Duration::seconds(demo.rng.random_range(1..seconds)))
}

async fn messages(
    conn: &mut Conn,
    demo: &mut Demo,
    officer: &LoanOfficer,
    customers: &[LoanCustomer],
) -> AppResult<()> {
    let mut rows = Vec::new();
    for customer in customers {
        for turn in 0..demo.rng.random_range(2..6) {
            let sent_at = if turn == 0 { demo.ago(7) } else { demo.ago(365) };
            let from_officer = turn % 2 == 0;
            let side = |officers: String, customers: String| {
                if from_officer { (officers, customers) } else { (customers, officers) }
            };
            let (sender, receiver) = side(officer.employee_code.clone(), customer.code.clone());
            let (sender_name, receiver_name) = side(officer.labelled(), customer.name.clone());
            let mobile = |here: bool| customer.mobile.clone().filter(|_| here);
            rows.push((
                sms_messages::officer_id.eq(officer.id),
                sms_messages::customer_id.eq(customer.id),
                sms_messages::sender.eq(sender),
                sms_messages::receiver.eq(receiver),
                sms_messages::sender_role.eq(if from_officer { SenderRole::Officer } else { SenderRole::Customer }),
                sms_messages::sent_at.eq(sent_at),
                sms_messages::content.eq(*demo.pick(if from_officer { FROM_OFFICER } else { FROM_CUSTOMER })),
                sms_messages::sender_mobile.eq(mobile(!from_officer)),
                sms_messages::receiver_mobile.eq(mobile(from_officer)),
                sms_messages::sender_name.eq(sender_name),
                sms_messages::receiver_name.eq(receiver_name),
                sms_messages::signature.eq(SIGNATURE),
                sms_messages::is_sent.eq(demo.rng.random_range(0..50) > 0),
                sms_messages::is_read.eq(true),
                sms_messages::created_at.eq(demo.now),
            ));
        }
    }
    diesel::insert_into(sms_messages::table).values(Many(rows)).run(conn).await?;
    Ok(())
}

async fn calls(conn: &mut Conn, demo: &mut Demo, officer: &LoanOfficer, customers: &[LoanCustomer]) -> AppResult<()> {
    let statuses = [
        CallStatus::OutgoingAnswered,
        CallStatus::OutgoingAnswered,
        CallStatus::OutgoingUnanswered,
        CallStatus::OutgoingUnanswered,
        CallStatus::IncomingUnanswered,
        CallStatus::IncomingAnswered,
    ];
    let (mut rows, mut reached, mut missed) = (Vec::new(), Vec::new(), Vec::new());
    for customer in customers {
        for turn in 0..demo.rng.random_range(0..5) {
            let status = *demo.pick(&statuses);
            let answered = matches!(status, CallStatus::OutgoingAnswered | CallStatus::IncomingAnswered);
            match status {
                _ if answered => reached.push(customer.id),
                CallStatus::OutgoingUnanswered => missed.push(customer.id),
                _ => {}
            }
            let started_at = if turn == 0 { demo.ago(7) } else { demo.ago(365) };
            rows.push((
                phone_calls::officer_id.eq(officer.id),
                phone_calls::customer_id.eq(customer.id),
                phone_calls::mobile.eq(customer.mobile_key.clone().unwrap_or_default()),
                phone_calls::work_mobile.eq(officer.work_mobile.clone()),
                phone_calls::started_at.eq(started_at),
                phone_calls::seconds.eq(if answered { demo.rng.random_range(5..600) } else { 0 }),
                phone_calls::status.eq(status),
                phone_calls::created_at.eq(demo.now),
            ));
        }
    }
    diesel::insert_into(phone_calls::table).values(Many(rows)).run(conn).await?;
    contact(conn, missed, ContactStatus::NotReached).await?;
    contact(conn, reached, ContactStatus::Reached).await
}

async fn contact(conn: &mut Conn, customers: Vec<Id<LoanCustomer>>, status: ContactStatus) -> AppResult<()> {
    diesel::update(loan_customers::table.filter(loan_customers::id.eq_any(customers)))
        .set(loan_customers::contact_status.eq(status))
        .run(conn)
        .await?;
    Ok(())
}

async fn friendships(
    conn: &mut Conn,
    demo: &mut Demo,
    officer: &LoanOfficer,
    customers: &[LoanCustomer],
) -> AppResult<()> {
    let mut rows = Vec::new();
    for customer in customers.iter().step_by(2) {
        let created = demo.ago(180);
        rows.push((
            wechat_friendships::customer_id.eq(customer.id),
            wechat_friendships::officer_id.eq(officer.id),
            wechat_friendships::status.eq(*demo.pick(&[WechatStatus::Friend, WechatStatus::NotFriend])),
            wechat_friendships::customer_wechat_id.eq(customer.wechat_id.clone()),
            wechat_friendships::officer_wechat_id.eq(officer.wechat_id.clone()),
            wechat_friendships::created_at.eq(created),
            wechat_friendships::updated_at.eq(created),
        ));
    }
    diesel::insert_into(wechat_friendships::table).values(Many(rows)).run(conn).await?;
    Ok(())
}
