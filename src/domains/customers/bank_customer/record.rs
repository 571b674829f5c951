//! What goes along with every write to a customer, in its transaction: the audit log, the work item that a draft is,
//! the steps of his life, the grid that his money is counted with, the tag of a list that he stands in, the interviews
//! that he had before.

use async_graphql::Context;
use chrono::Duration;
use diesel::QueryResult;

use super::{BankCustomer, BankCustomerStatus};
use crate::{
    db::{Conn, Time},
    domains::{
        credit::{BalanceChange, CreditInterview, Grid, ListEntry},
        engagement::{
            CustomerEvent, WorkItem,
            work_item::{NewWorkItem, WorkEntrance, WorkKind},
        },
    },
    error::AppResult,
    graphql::ContextExt,
};

/// How long a draft may stay one
const PATIENCE: Duration = Duration::days(7);

impl BankCustomer {
    /// Called after a customer is entered (no `before`) or changed, and before he is deleted (no `after`)
    pub async fn record(
        conn: &mut Conn,
        ctx: &Context<'_>,
        before: Option<&BankCustomer>,
        after: Option<&BankCustomer>,
    ) -> AppResult<()> {
        CustomerEvent::record(conn, ctx, before, after).await?;
        if let Some(after) = after
            && before.is_none_or(|before| before.id_number != after.id_number)
        {
            BankCustomer::joined(conn, vec![after.id_number.clone()]).await?;
        }
        let drafts = [before, after].map(|customer| customer.filter(|customer| customer.is_draft()));
        match (drafts, after) {
            ([None, Some(draft)], _) => BankCustomer::to_be_completed(conn, std::slice::from_ref(draft)).await?,
            ([Some(draft), None], Some(_)) => {
                WorkItem::finish(conn, WorkKind::CustomerFile, vec![draft.id.number]).await?;
            }
            ([Some(draft), None], None) => {
                WorkItem::cancel(conn, WorkKind::CustomerFile, vec![draft.id.number]).await?;
            }
            _ => {}
        }
        if let Some(before) = before {
            let to = after.and_then(|after| after.grid_id);
            BalanceChange::moved(conn, ctx.app().config.time_zone, before.id, before.grid_id, to).await?;
        }
        Ok(())
    }

    /// [`record`](Self::record) for many customers of whom only the status changes
    pub async fn record_status<'a>(
        conn: &mut Conn,
        ctx: &Context<'_>,
        changes: impl Iterator<Item = (&'a BankCustomer, &'a BankCustomer)> + Clone,
    ) -> AppResult<()> {
        let completed = changes.clone().filter(|(before, after)| before.is_draft() && !after.is_draft());
        let completed: Vec<i64> = completed.map(|(_, after)| after.id.number).collect();
        if !completed.is_empty() {
            WorkItem::finish(conn, WorkKind::CustomerFile, completed).await?;
        }
        CustomerEvent::record_all(conn, ctx, changes.map(|(before, after)| (Some(before), Some(after))).collect()).await
    }

    /// People with these id numbers became customers: what was known of them before is theirs
    pub(super) async fn joined(conn: &mut Conn, numbers: Vec<String>) -> QueryResult<()> {
        ListEntry::tag(conn, numbers.clone()).await?;
        CreditInterview::adopt(conn, numbers.clone()).await?;
        CustomerEvent::adopt(conn, numbers).await?;
        Ok(())
    }

    fn is_draft(&self) -> bool {
        self.status == BankCustomerStatus::Draft
    }

    /// The drafts among new customers shall be completed: by their keepers, or where nobody of the staff entered them by
    /// the managers of their grids
    pub(super) async fn to_be_completed(conn: &mut Conn, new: &[BankCustomer]) -> QueryResult<()> {
        let drafts = || new.iter().filter(|customer| customer.is_draft());
        let unkept: Vec<_> =
            drafts().filter(|draft| draft.keeper_id.is_none()).filter_map(|draft| draft.grid_id).collect();
        let managers = Grid::managers(conn, unkept).await?;
        let item = |draft: &BankCustomer| {
            let manager = draft.grid_id.and_then(|grid| managers.get(&grid).copied());
            Some(NewWorkItem {
                staff_id: draft.keeper_id.or(manager)?,
                kind: WorkKind::CustomerFile,
                subject_id: Some(draft.id.number),
                customer_id: Some(draft.id),
                description: format!("完善客户{}的档案", draft.name),
                originator: draft.registrar.clone().unwrap_or_default(),
                ends_at: Time::from(draft.created_at.0 + PATIENCE),
                entrance: WorkEntrance::OpenTasks,
            })
        };
        WorkItem::open(conn, drafts().filter_map(item).collect()).await?;
        Ok(())
    }
}
