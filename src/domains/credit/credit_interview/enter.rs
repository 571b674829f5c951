//! How interviews come to be: each door makes drafts, all of them go through here.

use std::collections::{HashMap, HashSet};

use async_graphql::Context;
use diesel::prelude::*;

use super::{CreditInterview, InterviewStatus, known::Known, record};
use crate::{
    auth::Viewer,
    db::{
        Conn, Id, Run as _,
        tables::{bank_customers, credit_interviews},
    },
    domains::{credit::ListEntry, engagement::work_item::WorkEntrance, identity::AuditEntry},
    error::{AppError, AppResult},
    graphql::{ContextExt as _, input::refuse},
};

/// Grid of a draft that names none: its customer's
pub const NO_GRID: i64 = 0;

/// Why people can not be interviewed, by id number
pub type Refused = HashMap<String, AppError>;

impl CreditInterview {
    /// Fills in what is known and takes out who can not be interviewed: the black-listed, whoever has an interview under
    /// way, the customers of others
    pub async fn prepare(conn: &mut Conn, viewer: &Viewer, rows: &mut Vec<CreditInterview>) -> AppResult<Refused> {
        let numbers: Vec<String> = rows.iter().map(|row| row.id_number.clone()).collect();
        let black = ListEntry::black_listed(conn, numbers.clone()).await?;
        let busy = CreditInterview::under_way(conn, numbers.clone()).await?;
        let customers: Vec<String> = bank_customers::table
            .filter(bank_customers::id_number.eq_any(numbers.clone()))
            .select(bank_customers::id_number)
            .all(conn)
            .await?;
        let customers: HashSet<String> = customers.into_iter().collect();
        let known = Known::of(conn, viewer, numbers).await?;
        let mut refused = Refused::new();
        rows.retain_mut(|row| {
            known.fill(row);
            if row.grid_id.number == NO_GRID {
                row.grid_id = known.grid(&row.id_number).unwrap_or(Id::new(NO_GRID));
            }
            let number = &row.id_number;
            let fault = if black.contains(number) {
                Some(AppError::conflict("The person stands in the black list and can not be interviewed"))
            } else if busy.contains(number) {
                Some(CreditInterview::busy())
            } else if customers.contains(number) && row.customer_id.is_none() {
                Some(AppError::forbidden("The person is a customer beyond what your roles and your branch permit"))
            } else if row.grid_id.number == NO_GRID {
                Some(refuse("gridCode", "Must be given: the person is no customer of a grid"))
            } else {
                row.check().err()
            };
            let is_fine = fault.is_none();
            refused.extend(fault.map(|fault| (number.clone(), fault)));
            is_fine
        });
        Ok(refused)
    }

    /// [`prepare`](Self::prepare) of one row
    pub(super) async fn prepared(conn: &mut Conn, viewer: &Viewer, row: CreditInterview) -> AppResult<CreditInterview> {
        let mut rows = vec![row];
        let refused = CreditInterview::prepare(conn, viewer, &mut rows).await?;
        rows.pop().ok_or_else(|| refused.into_values().next().unwrap_or_else(CreditInterview::busy))
    }

    /// Why somebody can not be interviewed again
    pub(super) fn busy() -> AppError {
        AppError::conflict("There is an interview with the person under way")
    }

    /// Enters what is prepared; of two who enter an interview with somebody at once the unique index leaves one out
    pub async fn add(conn: &mut Conn, new: Vec<CreditInterview>) -> QueryResult<Vec<CreditInterview>> {
        if new.is_empty() {
            return Ok(new);
        }
        let added = CreditInterview::insert(conn, new).await?;
        let by = added.first().and_then(|row| row.registrar_name.clone()).unwrap_or_default();
        record::to_do(conn, &by, &added, WorkEntrance::OpenInterviews).await?;
        Ok(added)
    }

    /// [`prepare`](Self::prepare), [`add`](Self::add) and the audit log
    pub async fn enter(
        conn: &mut Conn,
        ctx: &Context<'_>,
        mut rows: Vec<CreditInterview>,
    ) -> AppResult<(Vec<CreditInterview>, Refused)> {
        let refused = CreditInterview::prepare(conn, ctx.viewer()?, &mut rows).await?;
        let added = CreditInterview::add(conn, rows).await?;
        AuditEntry::record_all(conn, ctx, added.iter().map(|row| (None, Some(row)))).await?;
        Ok((added, refused))
    }

    /// Those of the id numbers with whose people an interview is under way, whoever may see it
    async fn under_way(conn: &mut Conn, numbers: Vec<String>) -> QueryResult<HashSet<String>> {
        let open: Vec<String> = credit_interviews::table
            .filter(credit_interviews::id_number.eq_any(numbers))
            .filter(credit_interviews::status.ne(InterviewStatus::Deleted))
            .filter(credit_interviews::stage.eq_any(super::InterviewStage::UNDER_WAY))
            .select(credit_interviews::id_number)
            .all(conn)
            .await?;
        Ok(open.into_iter().collect())
    }
}
