//! `approvalChanged`: how the approval of interviews goes on.

use async_graphql::{Context, Subscription};
use futures_util::Stream;

use super::CreditApproval;
use crate::{
    auth::{Area, May},
    db::Id,
    domains::credit::CreditInterview,
    error::{AppError, AppResult},
    events::follow::follow,
    graphql::{ContextExt as _, Entity as _},
};

#[derive(Default)]
pub struct CreditApprovalSubscription;

#[Subscription]
impl CreditApprovalSubscription {
    /// What is decided about interviews from now on, each step of their approval, as far as the viewer may see it. Ends
    /// when the viewer's session does, and when he may see other rows.
    #[graphql(guard = "May(Area::Approvals)")]
    async fn approval_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "About this interview only")] interview_id: Option<Id<CreditInterview>>,
    ) -> async_graphql::Result<impl Stream<Item = AppResult<CreditApproval>>> {
        if let Some(id) = interview_id {
            let found = ctx.load(id).await?;
            found.ok_or_else(|| AppError::bad_input("interviewId", "No such CreditInterview"))?;
        }
        let (db, viewer) = (ctx.app().db.clone(), ctx.viewer()?.clone());
        Ok(follow(
            ctx,
            |event| event.kind == CreditApproval::NAME,
            move |event| {
                let (db, viewer) = (db.clone(), viewer.clone());
                async move {
                    let mut given = event.load::<CreditApproval>(&db, &viewer).await?;
                    given.retain(|approval| interview_id.is_none_or(|id| approval.interview_id == id));
                    Ok(given)
                }
            },
        ))
    }
}
