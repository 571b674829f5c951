//! What goes along with every step of an interview, in its transaction: the audit log and the work items of those whose
//! turn it is, or was.

use std::collections::HashMap;

use async_graphql::Context;
use chrono::Duration;
use diesel::prelude::*;

use super::{CreditInterview, InterviewStage, InterviewStatus};
use crate::{
    auth::bank::ACCOUNTANT,
    db::{
        Conn, Id, Run as _, Time,
        tables::{branches, grids},
    },
    domains::{
        credit::Grid,
        engagement::{
            CustomerEvent, WorkItem,
            work_item::{NewWorkItem, WorkEntrance, WorkKind},
        },
        identity::BankStaff,
    },
    error::AppResult,
};

/// How long an interview may wait for the customer manager
const INTERVIEW: Duration = Duration::days(7);
/// How long it may wait for the accountant
const REVIEW: Duration = Duration::days(3);
/// Most accountants of a branch who are told of one interview
const ACCOUNTANTS: usize = 20;

/// An interview before and after its stage or its status changed
pub type Step = (CreditInterview, CreditInterview);

/// Called with everything whose stage changed, or that was deleted, and with who did it: the one place that knows of it
pub async fn moved(conn: &mut Conn, ctx: &Context<'_>, by: &str, steps: &[Step]) -> AppResult<()> {
    CustomerEvent::record_all(conn, ctx, steps.iter().map(|(before, after)| (Some(before), Some(after))).collect())
        .await?;
    let to = |stages: &[InterviewStage]| -> Vec<CreditInterview> {
        let there = |after: &CreditInterview| stages.contains(&after.stage) && after.status != InterviewStatus::Deleted;
        steps.iter().map(|(_, after)| after).filter(|after| there(after)).cloned().collect()
    };
    let numbers = |rows: &[CreditInterview]| rows.iter().map(|row| row.id.number).collect::<Vec<_>>();
    let submitted = to(&[InterviewStage::Submitted]);
    if !submitted.is_empty() {
        to_review(conn, by, &submitted).await?;
    }
    let returned = to(&[InterviewStage::Returned]);
    let judged = [returned.clone(), to(&[InterviewStage::Agreed])].concat();
    if !judged.is_empty() {
        WorkItem::finish(conn, WorkKind::LoanReview, numbers(&judged)).await?;
        WorkItem::finish(conn, WorkKind::Interview, numbers(&judged)).await?;
    }
    if !returned.is_empty() {
        to_do(conn, by, &returned, WorkEntrance::RejectedInterviews).await?;
    }
    let given_up: Vec<i64> = steps
        .iter()
        .filter(|(_, after)| after.status == InterviewStatus::Deleted || after.stage == InterviewStage::Withdrawn)
        .map(|(_, after)| after.id.number)
        .collect();
    if !given_up.is_empty() {
        WorkItem::cancel(conn, WorkKind::Interview, given_up).await?;
    }
    Ok(())
}

/// Where an interview is done: who manages the grid, and the branches from the grid's up to the root
struct Place {
    manager: Option<Id<BankStaff>>,
    branches: Vec<i64>,
}

async fn places(conn: &mut Conn, rows: &[CreditInterview]) -> QueryResult<HashMap<Id<Grid>, Place>> {
    let wanted: Vec<Id<Grid>> = rows.iter().map(|row| row.grid_id).collect();
    let found: Vec<(Id<Grid>, Option<Id<BankStaff>>, String)> = grids::table
        .inner_join(branches::table)
        .filter(grids::id.eq_any(wanted))
        .select((grids::id, grids::manager_id, branches::path))
        .all(conn)
        .await?;
    let up = |path: &str| path.split('/').rev().filter_map(|number| number.parse().ok()).collect();
    Ok(found.into_iter().map(|(grid, manager, path)| (grid, Place { manager, branches: up(&path) })).collect())
}

fn item(
    row: &CreditInterview,
    by: &str,
    staff_id: Id<BankStaff>,
    kind: WorkKind,
    entrance: WorkEntrance,
) -> NewWorkItem {
    let (what, patience) = match kind {
        WorkKind::LoanReview => (format!("审查客户{}的贷款", row.name), REVIEW),
        _ if entrance == WorkEntrance::RejectedInterviews => {
            (format!("修改客户{}被驳回的面谈面签", row.name), INTERVIEW)
        }
        _ => (format!("与客户{}面谈面签", row.name), INTERVIEW),
    };
    NewWorkItem {
        staff_id,
        kind,
        subject_id: Some(row.id.number),
        customer_id: row.customer_id,
        description: what,
        originator: by.to_owned(),
        ends_at: Time::from(Time::now().0 + patience),
        entrance,
    }
}

/// The customer managers of the grids have these interviews to do; where a grid has none, whoever entered them
pub async fn to_do(conn: &mut Conn, by: &str, rows: &[CreditInterview], entrance: WorkEntrance) -> QueryResult<()> {
    let places = places(conn, rows).await?;
    let staff = |row: &CreditInterview| places.get(&row.grid_id).and_then(|place| place.manager).or(row.keeper_id);
    let items = rows.iter().filter_map(|row| Some(item(row, by, staff(row)?, WorkKind::Interview, entrance))).collect();
    WorkItem::open(conn, items).await?;
    Ok(())
}

/// The accountants of the nearest branch that has some review these interviews; the first of them finishes it for all
pub async fn to_review(conn: &mut Conn, by: &str, rows: &[CreditInterview]) -> QueryResult<()> {
    let places = places(conn, rows).await?;
    let branches: Vec<i64> = places.values().flat_map(|place| place.branches.clone()).collect();
    let mut accountants: HashMap<i64, Vec<Id<BankStaff>>> = HashMap::new();
    for (staff, branch) in BankStaff::with_role(conn, ACCOUNTANT, branches).await? {
        accountants.entry(branch).or_default().push(staff);
    }
    let mut items = Vec::new();
    for row in rows {
        let Some(place) = places.get(&row.grid_id) else { continue };
        let nearest = place.branches.iter().find_map(|branch| accountants.get(branch));
        let staff = nearest.into_iter().flatten().take(ACCOUNTANTS);
        items.extend(staff.map(|staff| item(row, by, *staff, WorkKind::LoanReview, WorkEntrance::OpenTasks)));
    }
    WorkItem::open(conn, items).await?;
    Ok(())
}
