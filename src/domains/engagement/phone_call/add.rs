//! Uploading telephone calls in bulk: `phoneCallsAdd`.

use std::collections::{HashMap, HashSet};

use async_graphql::{Context, InputObject, SimpleObject};
use diesel::prelude::*;

use super::{CallStatus, PhoneCall, number};
use crate::{
    db::{Cols as _, Conn, Id, Run as _, Time, sql::Many, tables::phone_calls},
    domains::{
        customers::{ContactStatus, LoanCustomer},
        engagement::{interaction_added, upload},
        identity::{AuditEntry, LoanOfficer},
    },
    error::AppResult,
    graphql::{ContextExt, input},
};

/// A telephone call as the officer's phone knows it
#[derive(Clone, Debug, InputObject)]
pub struct PhoneCallInput {
    /// Employee code of the officer (legacy empCode)
    employee_code: String,
    /// Phone number of the customer
    mobile: String,
    /// Phone number of the officer
    work_mobile: Option<String>,
    /// When the call was made (legacy callDate)
    started_at: Time,
    /// How long it took, in seconds (legacy billSec)
    #[graphql(default)]
    seconds: i32,
    /// Who called whom, and whether the call was answered
    status: CallStatus,
}

/// What an upload of calls brought
#[derive(Clone, Debug, SimpleObject)]
pub struct PhoneCallsAddPayload {
    /// How many of the calls were new
    added: i32,
    /// When the officer's newest stored call was made: where the next upload goes on
    latest_at: Option<Time>,
}

impl PhoneCallInput {
    fn check(&self) -> AppResult<()> {
        input::name("employeeCode", &self.employee_code, input::NAME)?;
        input::name("mobile", &self.mobile, input::NAME)?;
        input::texts([("workMobile", self.work_mobile.as_ref(), input::NAME)])?;
        input::range("seconds", self.seconds.into(), 0, i32::MAX.into())
    }
}

/// Stores the calls that are new and lets the customers' contact status follow
pub async fn add(ctx: &Context<'_>, mut calls: Vec<PhoneCallInput>) -> AppResult<PhoneCallsAddPayload> {
    upload::limit("calls", calls.len())?;
    for (index, call) in calls.iter().enumerate() {
        call.check().map_err(|error| upload::at("calls", index, error))?;
    }
    let viewer = ctx.viewer()?;
    let mut tx = ctx.begin().await?;
    let codes = calls.iter().map(|call| call.employee_code.clone()).collect::<HashSet<_>>();
    let officers = LoanOfficer::by_codes(&mut tx, viewer, codes.into_iter().collect()).await?;
    if let Some(index) = calls.iter().position(|call| !officers.contains_key(&call.employee_code)) {
        return Err(upload::at("calls", index, input::refuse("employeeCode", upload::FOREIGN)));
    }
    // In one order everywhere, so that two uploads of the same calls wait for each other instead of dead-locking.
    calls.sort_by(|a, b| (a.started_at, &a.employee_code, &a.mobile).cmp(&(b.started_at, &b.employee_code, &b.mobile)));
    let added = insert(&mut tx, calls, &officers).await?;
    AuditEntry::record_all(&mut tx, ctx, added.iter().map(|row| (None, Some(row)))).await?;
    interaction_added::announce(&mut tx, &added).await?;
    let touched = follow(&mut tx, &added).await?;
    AuditEntry::record_all(&mut tx, ctx, touched.iter().map(|(before, after)| (Some(before), Some(after)))).await?;
    let latest_at = latest(&mut tx, upload::officers(viewer, officers)).await?;
    tx.commit().await?;
    Ok(PhoneCallsAddPayload { added: i32::try_from(added.len()).unwrap_or(i32::MAX), latest_at })
}

async fn insert(
    conn: &mut Conn,
    calls: Vec<PhoneCallInput>,
    officers: &HashMap<String, Id<LoanOfficer>>,
) -> QueryResult<Vec<PhoneCall>> {
    let numbers = calls.iter().map(|call| number(&call.mobile)).collect::<HashSet<_>>();
    let ids = officers.values().copied().collect();
    let customers = LoanCustomer::by_mobiles(conn, ids, numbers.into_iter().collect()).await?;

    let now = Time::now();
    let mut rows = calls
        .into_iter()
        .map(|call| {
            let officer = officers.get(&call.employee_code).copied().unwrap_or(Id::new(0));
            let who = (officer, number(&call.mobile));
            (
                phone_calls::officer_id.eq(officer),
                phone_calls::customer_id.eq(customers.get(&who).copied()),
                phone_calls::mobile.eq(who.1),
                phone_calls::work_mobile.eq(upload::filled(call.work_mobile)),
                phone_calls::started_at.eq(call.started_at),
                phone_calls::seconds.eq(call.seconds),
                phone_calls::status.eq(call.status),
                phone_calls::created_at.eq(now),
            )
        })
        .peekable();
    let mut added = Vec::new();
    while rows.peek().is_some() {
        let chunk = Many(rows.by_ref().take(upload::CHUNK).collect());
        let new: Vec<PhoneCall> = diesel::insert_into(phone_calls::table)
            .values(chunk)
            .on_conflict_do_nothing()
            .returning(PhoneCall::cols())
            .all(conn)
            .await?;
        added.extend(new);
    }
    Ok(added)
}

/// Customers whose contact status follows from new calls, before and after
async fn follow(conn: &mut Conn, calls: &[PhoneCall]) -> QueryResult<Vec<(LoanCustomer, LoanCustomer)>> {
    let with = |wanted: &[CallStatus]| -> Vec<Id<LoanCustomer>> {
        let calls = calls.iter().filter(|call| wanted.contains(&call.status));
        calls.filter_map(|call| call.customer_id).collect::<HashSet<_>>().into_iter().collect()
    };
    let reached = with(&[CallStatus::OutgoingAnswered, CallStatus::IncomingAnswered]);
    let missed = with(&[CallStatus::OutgoingUnanswered]);
    let before = vec![ContactStatus::NotCalled, ContactStatus::NotReached];
    let mut touched = LoanCustomer::set_contact_status(conn, reached, before, ContactStatus::Reached).await?;
    let before = vec![ContactStatus::NotCalled];
    touched.extend(LoanCustomer::set_contact_status(conn, missed, before, ContactStatus::NotReached).await?);
    Ok(touched)
}

async fn latest(conn: &mut Conn, officers: Vec<Id<LoanOfficer>>) -> QueryResult<Option<Time>> {
    phone_calls::table
        .filter(phone_calls::officer_id.eq_any(officers))
        .select(phone_calls::started_at)
        .order(phone_calls::started_at.desc())
        .limit(1)
        .opt(conn)
        .await
}
