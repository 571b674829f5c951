//! Job that goes on behind the requests (后台任务): through many rows, a batch at a time.
//!
//! Table `background_jobs`; of each kind one runs at a time. A worker holds the job until a moment (`held_until`), and a
//! bit longer with each batch; whoever finds that moment passed takes the job over where it stands (`progress`). What a
//! batch brings and how far the job is are written in one transaction, by its holder only, so a batch counts once however
//! often it was begun.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::Account;
use crate::{
    auth::{BankSight, SignedIn, Viewer},
    codes,
    db::{Cols as _, Conn, Id, Run as _, Time, Where, tables::background_jobs},
    entity,
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, entity::Visible, page, scalars::Long},
};

codes! {
    /// What a job does
    pub enum JobKind {
        /// Asks an outside source which residents a court lists as dishonest (legacy 从户籍导入到失信人接口)
        DishonestPersonImport = 1,
    }
}

codes! {
    /// How far a job is
    pub enum JobStatus {
        /// Going on, or waiting for a worker
        Running = 1,
        /// Done
        Finished = 2,
        /// Given up; the message tells why
        Failed = 3,
    }
}

/// Job that goes on behind the requests
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = background_jobs)]
#[graphql(complex)]
pub struct BackgroundJob {
    /// Opaque global id
    pub id: Id<BackgroundJob>,
    /// What it does
    pub kind: JobKind,
    /// Account that started it; null where it has gone
    pub account_id: Option<Id<Account>>,
    /// How far it is
    pub status: JobStatus,
    #[graphql(skip)]
    pub progress: i64,
    #[graphql(skip)]
    pub total: i64,
    #[graphql(skip)]
    pub done: i64,
    #[graphql(skip)]
    pub found: i64,
    #[graphql(skip)]
    pub failed: i64,
    #[graphql(skip)]
    pub tries: i32,
    /// Why it was given up
    pub message: Option<String>,
    /// When it was started
    pub created_at: Time,
    /// When it last went on, or ended
    pub updated_at: Time,
}

/// Which jobs
#[derive(Clone, Debug, Default, InputObject)]
pub struct BackgroundJobFilter {
    /// That do this
    kind: Option<JobKind>,
    /// That are so far
    status: Option<JobStatus>,
}

entity!(BackgroundJob, background_jobs, desc);

impl Visible for BackgroundJob {
    type Table = background_jobs::table;

    /// Everybody sees those that he started; the headquarters of the bank see all: every kind is about the bank
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match (viewer.bank_sight(), viewer.account_id) {
            (BankSight::All, _) => Where::default(),
            (_, Some(account)) => Where::default().and(background_jobs::account_id.eq(account)),
            (_, None) => Where::nothing(),
        }
    }
}

impl BackgroundJobFilter {
    fn wanted(&self) -> Where<background_jobs::table> {
        Where::default()
            .maybe(self.kind, |kind| background_jobs::kind.eq(kind))
            .maybe(self.status, |status| background_jobs::status.eq(status))
    }
}

/// What a batch adds to a job
#[derive(Default)]
pub struct Batch {
    /// Number of the last row that is done
    pub last: i64,
    pub done: i64,
    pub found: i64,
    pub failed: i64,
}

impl BackgroundJob {
    fn running(kind: JobKind) -> Where<background_jobs::table> {
        Where::default().and(background_jobs::kind.eq(kind)).and(background_jobs::status.eq(JobStatus::Running))
    }

    /// A new job, or the one of its kind that runs; and whether it is new
    pub async fn start(
        conn: &mut Conn,
        viewer: &Viewer,
        kind: JobKind,
        total: i64,
    ) -> AppResult<(BackgroundJob, bool)> {
        let now = Time::now();
        let row = (
            background_jobs::kind.eq(kind),
            background_jobs::account_id.eq(viewer.account_id),
            background_jobs::status.eq(JobStatus::Running),
            background_jobs::progress.eq(0_i64),
            background_jobs::total.eq(total),
            background_jobs::done.eq(0_i64),
            background_jobs::found.eq(0_i64),
            background_jobs::failed.eq(0_i64),
            background_jobs::tries.eq(0),
            background_jobs::created_at.eq(now),
            background_jobs::updated_at.eq(now),
        );
        let new: Option<BackgroundJob> = diesel::insert_into(background_jobs::table)
            .values(row)
            .on_conflict_do_nothing()
            .returning(BackgroundJob::cols())
            .opt(conn)
            .await?;
        if let Some(new) = new {
            return Ok((new, true));
        }
        let running = BackgroundJob::fetch(conn, BackgroundJob::running(kind), BackgroundJob::ORDER.first(1)).await?;
        let running = running.into_iter().next().ok_or_else(|| AppError::conflict("It has just ended: try again"))?;
        Ok((running, false))
    }

    /// The running job of a kind for this worker, if no other holds it; held until a moment
    pub async fn take(conn: &mut Conn, kind: JobKind, holder: &str, until: Time) -> QueryResult<Option<BackgroundJob>> {
        let free = background_jobs::holder
            .is_null()
            .or(background_jobs::held_until.assume_not_null().lt(Time::now()))
            .or(background_jobs::holder.assume_not_null().eq(holder.to_owned()));
        diesel::update(background_jobs::table.filter(BackgroundJob::running(kind).inside()).filter(free))
            .set((background_jobs::holder.eq(holder.to_owned()), background_jobs::held_until.eq(until)))
            .returning(BackgroundJob::cols())
            .opt(conn)
            .await
    }

    fn held(&self, holder: &str) -> Where<background_jobs::table> {
        BackgroundJob::running(self.kind)
            .and(background_jobs::id.eq(self.id))
            .and(background_jobs::holder.assume_not_null().eq(holder.to_owned()))
    }

    /// Adds what a batch brought; tells whether this worker still holds the job
    pub async fn advance(&self, conn: &mut Conn, holder: &str, batch: Batch, until: Time) -> QueryResult<bool> {
        let changed = diesel::update(background_jobs::table.filter(self.held(holder).inside()))
            .set((
                background_jobs::progress.eq(batch.last),
                background_jobs::done.eq(background_jobs::done + batch.done),
                background_jobs::found.eq(background_jobs::found + batch.found),
                background_jobs::failed.eq(background_jobs::failed + batch.failed),
                background_jobs::tries.eq(0),
                background_jobs::held_until.eq(until),
                background_jobs::updated_at.eq(Time::now()),
            ))
            .run(conn)
            .await?;
        Ok(changed > 0)
    }

    /// Notes that nothing of a batch could be done
    pub async fn stumble(&self, conn: &mut Conn, holder: &str, until: Time) -> QueryResult<usize> {
        diesel::update(background_jobs::table.filter(self.held(holder).inside()))
            .set((
                background_jobs::tries.eq(background_jobs::tries + 1),
                background_jobs::held_until.eq(until),
                background_jobs::updated_at.eq(Time::now()),
            ))
            .run(conn)
            .await
    }

    /// Ends the job, well or with the reason why not
    pub async fn end(&self, conn: &mut Conn, holder: &str, reason: Option<String>) -> QueryResult<usize> {
        let status = if reason.is_some() { JobStatus::Failed } else { JobStatus::Finished };
        diesel::update(background_jobs::table.filter(self.held(holder).inside()))
            .set((
                background_jobs::status.eq(status),
                background_jobs::message.eq(reason),
                background_jobs::holder.eq(None::<String>),
                background_jobs::held_until.eq(None::<Time>),
                background_jobs::updated_at.eq(Time::now()),
            ))
            .run(conn)
            .await
    }

    /// Lets other workers have what this one holds
    pub async fn release(conn: &mut Conn, kind: JobKind, holder: &str) -> QueryResult<usize> {
        let own = background_jobs::table
            .filter(BackgroundJob::running(kind).inside())
            .filter(background_jobs::holder.assume_not_null().eq(holder.to_owned()));
        diesel::update(own)
            .set((background_jobs::holder.eq(None::<String>), background_jobs::held_until.eq(None::<Time>)))
            .run(conn)
            .await
    }
}

#[ComplexObject]
impl BackgroundJob {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Rows that there were when it was started
    pub async fn total(&self) -> Long {
        Long(self.total)
    }

    /// Rows that are done, those that failed too
    pub async fn done(&self) -> Long {
        Long(self.done)
    }

    /// What it found
    pub async fn found(&self) -> Long {
        Long(self.found)
    }

    /// Rows that could not be done
    pub async fn failed(&self) -> Long {
        Long(self.failed)
    }

    /// How far it is in a line of Chinese, as legacy clients are told (户籍总数:15,导入失信人的总数:1.)
    pub async fn summary(&self) -> String {
        let JobKind::DishonestPersonImport = self.kind;
        let far = match self.status {
            JobStatus::Running => format!("正在导入,已查询:{},失败:{}.", self.done, self.failed),
            JobStatus::Finished => String::new(),
            JobStatus::Failed => format!("导入已中止,已查询:{},失败:{}.", self.done, self.failed),
        };
        format!("户籍总数:{},导入失信人的总数:{}.{far}", self.total, self.found)
    }

    /// Account that started it, as far as the viewer may see it
    pub async fn account(&self, ctx: &Context<'_>) -> AppResult<Option<Account>> {
        ctx.load_named(self.account_id).await
    }
}

#[derive(Default)]
pub struct BackgroundJobQuery;

#[Object]
impl BackgroundJobQuery {
    /// One job
    #[graphql(guard = "SignedIn")]
    async fn background_job(&self, ctx: &Context<'_>, id: Id<BackgroundJob>) -> AppResult<Option<BackgroundJob>> {
        ctx.load(id).await
    }

    /// Jobs that the viewer started, or all for the headquarters of the bank, newest first
    #[graphql(guard = "SignedIn", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn background_jobs(
        &self,
        ctx: &Context<'_>,
        filter: Option<BackgroundJobFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<BackgroundJob>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}
