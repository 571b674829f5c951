//! Credit report (征信报告) on the person of an interview, as a page of HTML.
//!
//! Table `credit_reports` holds what the credit bureau said, once for each interview. Where no bureau is configured the
//! page is made of what the bank knows itself, and the page is not kept. That it was shown stands in the person's life.

mod page;

use async_graphql::{Context, Object, SimpleObject};
use diesel::{prelude::*, upsert::excluded};
use serde_json::json;

use self::page::Known;
use super::{CreditApproval, CreditInterview, CreditProfile, ListEntry, ReportAccount};
use crate::{
    auth::{Area, May},
    db::{
        Conn, Id, Run as _, Time, Where,
        tables::{branches, credit_approvals, credit_profiles, credit_reports, grids},
    },
    domains::{
        engagement::{
            CustomerEvent,
            customer_event::{CustomerStep, steps::Step},
        },
        identity::AuditEntry,
    },
    error::{AppError, AppResult},
    graphql::{ContextExt, Entity, entity::Visible as _, input::found},
    outside::credit_report::{Asked, fetch},
    payload,
};

/// Most approvals that a page shows, the last ones
const APPROVALS: i64 = 50;

/// What is known of somebody's credit
#[derive(Clone, Debug, SimpleObject)]
pub struct CreditReport {
    /// Interview that it is for
    pub interview_id: Id<CreditInterview>,
    /// A whole page of HTML. What the credit bureau sent stands in a frame that runs no scripts
    pub html: String,
    /// Whether the credit bureau said it; else the bank knows it itself
    pub is_from_bureau: bool,
    /// When it was fetched, or made
    pub created_at: Time,
}

payload! {
    /// The new report
    CreditReportFetchPayload { credit_report: CreditReport }
}

#[derive(Default)]
pub struct CreditReportQuery;

#[Object]
impl CreditReportQuery {
    /// Credit report on the person of an interview: what the credit bureau said last, or says now where it was never asked;
    /// where none is configured, what the bank knows itself
    #[graphql(guard = "May(Area::CreditReports)", complexity = "100 + child_complexity")]
    async fn credit_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Interview that it is for")] interview_id: Id<CreditInterview>,
    ) -> AppResult<Option<CreditReport>> {
        let viewer = ctx.viewer()?;
        let mut conn = ctx.read().await?;
        let Some(interview) = found(CreditInterview::find(&mut conn, viewer, interview_id).await)? else {
            return Ok(None);
        };
        let shown = Step::of_person(&interview.id_number, CustomerStep::ReportShown);
        let report = match CreditReport::kept(&mut conn, interview.id).await? {
            Some((html, created_at)) => CreditReport::of_bureau(&interview, &html, created_at)?,
            None if ctx.app().config.credit_report_url.is_some() => {
                // The bureau may take seconds, and connections are few.
                drop(conn);
                return Box::pin(CreditReport::ask(ctx, &interview)).await.map(Some);
            }
            None => {
                let known = Box::pin(CreditReport::known(&mut conn, ctx, interview)).await?;
                let html = page::rendered(&known)?;
                CreditReport { interview_id, html, is_from_bureau: false, created_at: Time::now() }
            }
        };
        drop(conn);
        let mut tx = ctx.begin().await?;
        CustomerEvent::tell(&mut tx, viewer, vec![shown]).await?;
        tx.commit().await?;
        Ok(Some(report))
    }
}

#[derive(Default)]
pub struct CreditReportMutation;

#[Object]
impl CreditReportMutation {
    /// Asks the credit bureau again, and keeps what it says instead of what it said before
    #[graphql(guard = "May(Area::CreditReports)", complexity = "100 + child_complexity")]
    async fn credit_report_fetch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Interview that it is for")] interview_id: Id<CreditInterview>,
    ) -> AppResult<CreditReportFetchPayload> {
        let interview = CreditInterview::find(&mut ctx.read().await?, ctx.viewer()?, interview_id).await?;
        Ok(CreditReportFetchPayload { credit_report: CreditReport::ask(ctx, &interview).await? })
    }
}

impl CreditReport {
    /// Asks the bureau and keeps what it says. Who asked about whom is written down before: the bureau counts the question,
    /// even if nobody waits for the answer any more
    async fn ask(ctx: &Context<'_>, interview: &CreditInterview) -> AppResult<CreditReport> {
        let (app, viewer) = (ctx.app(), ctx.viewer()?);
        let login = CreditReport::login(&mut ctx.read().await?, interview).await?;
        let login = match login {
            Some(account) => Some((account.user_name.clone(), account.password(app)?)),
            None => None,
        };
        let asked = Asked { name: &interview.name, id_number: &interview.id_number, reference: interview.id.number };
        let url = app.config.credit_report_url.as_ref();
        let url = url.ok_or_else(|| AppError::unavailable("No credit bureau is configured (credit-report-url)"))?;
        let mut tx = ctx.begin().await?;
        let what = json!({"interviewId": interview.id.number, "idNumber": interview.id_number});
        AuditEntry::taken(&mut tx, viewer, "creditReport", "CreditReport", interview.id.number, &what).await?;
        let shown = Step::of_person(&interview.id_number, CustomerStep::ReportShown);
        CustomerEvent::tell(&mut tx, viewer, vec![shown]).await?;
        tx.commit().await?;
        let html = fetch(app, url, &asked, login).await?;
        let mut tx = ctx.begin().await?;
        tx.lock("credit_reports").await?;
        if CreditInterview::find(&mut tx, viewer, interview.id).await?.id_number != interview.id_number {
            return Err(AppError::conflict("The interview is about somebody else now"));
        }
        let created_at = Time::now();
        CreditReport::keep(&mut tx, interview.id, &html, created_at).await?;
        tx.commit().await?;
        CreditReport::of_bureau(interview, &html, created_at)
    }

    fn of_bureau(interview: &CreditInterview, html: &str, created_at: Time) -> AppResult<CreditReport> {
        let html = page::framed(&interview.name, html)?;
        Ok(CreditReport { interview_id: interview.id, html, is_from_bureau: true, created_at })
    }

    async fn kept(conn: &mut Conn, interview: Id<CreditInterview>) -> QueryResult<Option<(String, Time)>> {
        credit_reports::table
            .filter(credit_reports::interview_id.eq(interview))
            .select((credit_reports::html, credit_reports::created_at))
            .opt(conn)
            .await
    }

    /// Called when an interview is about somebody else from now on
    pub async fn forget(conn: &mut Conn, interview: Id<CreditInterview>) -> QueryResult<usize> {
        diesel::delete(credit_reports::table.filter(credit_reports::interview_id.eq(interview))).run(conn).await
    }

    async fn keep(conn: &mut Conn, interview: Id<CreditInterview>, html: &str, at: Time) -> QueryResult<usize> {
        diesel::insert_into(credit_reports::table)
            .values((
                credit_reports::interview_id.eq(interview),
                credit_reports::html.eq(html.to_owned()),
                credit_reports::created_at.eq(at),
            ))
            .on_conflict(credit_reports::interview_id)
            .do_update()
            .set((
                credit_reports::html.eq(excluded(credit_reports::html)),
                credit_reports::created_at.eq(excluded(credit_reports::created_at)),
            ))
            .run(conn)
            .await
    }

    /// The account with the bureau of the branch nearest above the grid
    async fn login(conn: &mut Conn, interview: &CreditInterview) -> QueryResult<Option<ReportAccount>> {
        let path: Option<String> = grids::table
            .inner_join(branches::table)
            .filter(grids::id.eq(interview.grid_id))
            .select(branches::path)
            .opt(conn)
            .await?;
        ReportAccount::for_queries(conn, &path.unwrap_or_default()).await
    }

    async fn known(conn: &mut Conn, ctx: &Context<'_>, interview: CreditInterview) -> AppResult<Known> {
        let number = interview.id_number.clone();
        let is_black_listed = !ListEntry::black_listed(conn, vec![number]).await?.is_empty();
        let own = Where::default().and(credit_approvals::interview_id.eq(interview.id));
        let approvals = CreditApproval::fetch(conn, own, CreditApproval::ORDER.first(APPROVALS)).await?;
        let mut profile = None;
        if let Some(customer) = interview.customer_id {
            let own = CreditProfile::visible(ctx.viewer()?).and(credit_profiles::customer_id.eq(customer));
            profile = CreditProfile::fetch(conn, own, CreditProfile::ORDER.first(1)).await?.into_iter().next();
        }
        let zone = ctx.app().config.time_zone;
        Ok(Known { interview, profile, approvals, is_black_listed, zone })
    }
}
