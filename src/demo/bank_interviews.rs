//! Demo data of interviews before loans: 80 with customers of all grids, at every stage, with the approvals that took them
//! there and the work items of those whose turn it is.
//!
//! Documents and tests name the first three: 1 is submitted, with the second customer; 2 and 3 are with the customer
//! manager. Nobody of the black list has one, and the first customer has none. Somebody of the white list, [`LISTED`],
//! may have one.

use chrono::Duration;
use diesel::prelude::*;
use rand::RngExt as _;

use super::Demo;
use crate::{
    db::{
        Conn, Day, Id, Money, Rate, Run as _, Time,
        sql::Many,
        tables::{bank_customers, bank_staff, branches, credit_approvals, credit_interviews, grids, list_entries},
    },
    domains::{
        credit::{
            CreditInterview, Grid, ListEntry,
            credit_interview::{
                InterviewStage, InterviewStatus,
                form::{RateAdjustment, Repayment},
                known::Known,
                record,
                rules::{ApprovalResult, ApprovalStep},
            },
            list_entry::ListKind,
        },
        customers::bank_customer::rules::Registrar,
        engagement::work_item::WorkEntrance,
        identity::BankStaff,
    },
    error::{AppError, AppResult},
    graphql::id_number::IdNumber,
};

const INTERVIEWS: usize = 80;
/// Name and id number of somebody who stands in the white list, in the first grid, and is no customer
const LISTED: (&str, &str) = ("柳安宁", "539900198202147156");
const YUAN: i64 = 10_000;
/// Stages in turn, behind the first three
const STAGES: [InterviewStage; 7] = [
    InterviewStage::Submitted,
    InterviewStage::Agreed,
    InterviewStage::Entered,
    InterviewStage::Returned,
    InterviewStage::Granted,
    InterviewStage::Withdrawn,
    InterviewStage::Denied,
];
const PURPOSES: &[&str] = &["茶园种植", "购买农机", "建房装修", "进货周转", "子女上学"];

/// A grid, its manager, name and code of its branch
type Managed = (Id<Grid>, Option<Id<BankStaff>>, String, String);

/// Who gives an approval in the demo: number, name
type Approver = (Id<BankStaff>, String);

/// After the lists
pub async fn fill(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    listed(conn, demo).await?;
    let rows = interviews(conn, demo).await?;
    let rows: Vec<CreditInterview> = diesel::insert_into(credit_interviews::table)
        .values(Many(rows))
        .returning(<CreditInterview as crate::db::Cols>::cols())
        .all(conn)
        .await?;
    approvals(conn, demo, &rows).await?;
    let at = |stage| -> Vec<CreditInterview> { rows.iter().filter(|row| row.stage == stage).cloned().collect() };
    let by = "系统";
    record::to_do(conn, by, &at(InterviewStage::Entered), WorkEntrance::OpenInterviews).await?;
    record::to_do(conn, by, &at(InterviewStage::Returned), WorkEntrance::RejectedInterviews).await?;
    Ok(record::to_review(conn, by, &at(InterviewStage::Submitted)).await?)
}

async fn listed(conn: &mut Conn, demo: &Demo) -> AppResult<()> {
    let entry = ListEntry {
        id: Id::new(0),
        kind: ListKind::White,
        grid_id: Id::new(1),
        name: LISTED.0.to_owned(),
        id_number: LISTED.1.to_owned(),
        phone: None,
        reason: None,
        comment: None,
        address: None,
        created_at: demo.now,
        updated_at: demo.now,
    };
    diesel::insert_into(list_entries::table).values(entry).run(conn).await?;
    Ok(())
}

async fn interviews(conn: &mut Conn, demo: &mut Demo) -> AppResult<Vec<CreditInterview>> {
    let black = list_entries::table.filter(list_entries::kind.eq(ListKind::Black)).select(list_entries::id_number);
    let numbers: Vec<(String, Option<Id<Grid>>)> = bank_customers::table
        .filter(bank_customers::id.gt(1))
        .filter(bank_customers::grid_id.is_not_null())
        .filter(bank_customers::id_number.ne_all(black))
        .select((bank_customers::id_number, bank_customers::grid_id))
        .order(bank_customers::id)
        .limit(i64::try_from(INTERVIEWS).unwrap_or_default())
        .all(conn)
        .await?;
    let managers: Vec<Managed> = grids::table
        .inner_join(branches::table)
        .select((grids::id, grids::manager_id, branches::name, branches::code))
        .all(conn)
        .await?;
    let names: Vec<Approver> = bank_staff::table.select((bank_staff::id, bank_staff::name)).all(conn).await?;
    let everybody = crate::auth::Viewer { account_id: Some(1), is_manager: true, ..crate::auth::Viewer::default() };
    let known = Known::of(conn, &everybody, numbers.iter().map(|(number, _)| number.clone()).collect()).await?;
    let mut rows = Vec::new();
    for (place, (number, grid)) in numbers.into_iter().enumerate() {
        let number = IdNumber::parse(&number).ok_or_else(|| AppError::internal("a demo id number is wrong"))?;
        let grid = grid.unwrap_or(Id::new(1));
        let at = managers.iter().find(|(id, ..)| *id == grid);
        let staff = at.and_then(|(_, manager, ..)| *manager).unwrap_or(Id::new(1));
        let name = names.iter().find(|(id, _)| *id == staff).map(|(_, name)| name.clone()).unwrap_or_default();
        let by = Registrar {
            staff: Some(staff),
            name,
            branch: at.map(|(_, _, name, _)| name.clone()),
            branch_code: at.map(|(.., code)| code.clone()),
        };
        let mut row = CreditInterview::blank(number, grid, &by);
        known.fill(&mut row);
        row.stage = match place {
            0 => InterviewStage::Submitted,
            1 | 2 => InterviewStage::Entered,
            _ => STAGES[place % STAGES.len()],
        };
        // Some of those who wait for the customer manager are drafts still.
        if row.stage != InterviewStage::Entered || place % 2 == 1 {
            written(&mut row, demo, place);
        }
        rows.push(row);
    }
    Ok(rows)
}

/// The form, filled in
fn written(row: &mut CreditInterview, demo: &mut Demo, place: usize) {
    let at = demo.ago(90);
    let day = |days: i64| Some(Day((at.0 + Duration::days(days)).date_naive()));
    let mut amount = |most: i64| Some(Money(demo.rng.random_range(10..most) * 1_000 * YUAN));
    row.credit_limit = amount(300);
    row.family_income = amount(200);
    row.income = row.income.or(amount(100));
    row.status = InterviewStatus::Normal;
    (row.begins_on, row.ends_on, row.held_on) = (day(7), day(7 + 365), day(0));
    let or = |place: &mut Option<String>, text: &str| {
        place.get_or_insert_with(|| text.to_owned());
    };
    or(&mut row.spouse_name, "无");
    or(&mut row.spouse_id_number, "无");
    or(&mut row.education, "未知");
    or(&mut row.phone, "19900000000");
    row.batch = Some(format!("{}批", place / 20 + 1));
    row.loan_account_name = Some(row.name.clone());
    row.loan_account_number = Some(format!("62539900{place:010}"));
    row.term = Some("12个月".to_owned());
    row.rate_kind = Some("固定利率".to_owned());
    row.yearly_rate = Some(Rate([43_500, 58_500, 61_000][place % 3]));
    row.floating_rate = Some(Rate(0));
    row.rate_adjustment = Some(RateAdjustment::Yearly);
    row.disbursement = Some("转账".to_owned());
    row.repayment = Some(if place.is_multiple_of(2) { Repayment::EqualInstalments } else { Repayment::PrincipalAtEnd });
    row.purpose = Some((*demo.pick(PURPOSES)).to_owned());
    (row.is_information_true, row.is_talk_true) = (Some(true), Some(true));
    row.has_opinion = row.has_opinion.or(Some(false));
    row.interviewer_name.clone_from(&row.registrar_name);
    let agreed = !matches!(row.stage, InterviewStage::Entered | InterviewStage::Returned | InterviewStage::Withdrawn);
    (row.has_contract, row.has_form) = (agreed, agreed || place.is_multiple_of(3));
    (row.created_at, row.updated_at) = (at, Time::from(at.0 + Duration::days(1)));
}

/// The steps that took the interviews to where they are
async fn approvals(conn: &mut Conn, demo: &mut Demo, rows: &[CreditInterview]) -> AppResult<()> {
    use ApprovalResult::{Agreed, Refused};
    use ApprovalStep::{Accountant, CustomerManager, President};
    let names: Vec<Approver> = bank_staff::table.select((bank_staff::id, bank_staff::name)).all(conn).await?;
    let named = |id: i64| names.iter().find(|(staff, _)| staff.number == id).cloned();
    let mut given = Vec::new();
    for row in rows {
        let steps: &[_] = match row.stage {
            InterviewStage::Entered => &[],
            InterviewStage::Submitted => &[(CustomerManager, Agreed)],
            InterviewStage::Withdrawn => &[(CustomerManager, Refused)],
            InterviewStage::Agreed => &[(CustomerManager, Agreed), (Accountant, Agreed)],
            InterviewStage::Returned => &[(CustomerManager, Agreed), (Accountant, Refused)],
            InterviewStage::Granted => &[(CustomerManager, Agreed), (Accountant, Agreed), (President, Agreed)],
            InterviewStage::Denied => &[(CustomerManager, Agreed), (Accountant, Agreed), (President, Refused)],
        };
        for (hours, (step, result)) in (1..).zip(steps) {
            let own = row.keeper_id.map_or(2, |staff| staff.number);
            let by = named(match step {
                CustomerManager => own,
                Accountant => 3,
                President => 4,
            });
            let opinion = if *result == Agreed {
                "资料齐全，同意"
            } else {
                *demo.pick(&["收入证明不足", "资料不全"])
            };
            given.push((
                credit_approvals::interview_id.eq(row.id),
                credit_approvals::customer_id.eq(row.customer_id),
                credit_approvals::staff_id.eq(by.as_ref().map(|(staff, _)| *staff)),
                credit_approvals::approver_name.eq(by.map(|(_, name)| name).unwrap_or_default()),
                credit_approvals::step.eq(*step),
                credit_approvals::result.eq(*result),
                credit_approvals::opinion.eq(Some(opinion.to_owned())),
                credit_approvals::created_at.eq(Time::from(row.created_at.0 + Duration::hours(hours))),
            ));
        }
    }
    diesel::insert_into(credit_approvals::table).values(Many(given)).run(conn).await?;
    Ok(())
}
