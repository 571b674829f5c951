//! Work item (工作平台待办): something that an employee of the bank has to do until a moment, such as to complete the file
//! of a customer (客户建档).
//!
//! Table `work_items`. Nobody writes items by hand: what happens in the system opens, finishes (已完成) and cancels (已取消)
//! them, in its own transaction. An open item (待办) whose time is over is urgent (催办); that is not stored, so it can
//! not be late.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono_tz::Tz;
use diesel::prelude::*;
use serde::Serialize;

use crate::{
    auth::{Area, BankSight, May, Viewer},
    codes,
    db::{
        Conn, Day, Id, Run as _, Time, Where,
        sql::{Many, begins},
        tables::{bank_staff, branches, work_items},
    },
    domains::{customers::BankCustomer, identity::BankStaff},
    entity,
    error::AppResult,
    graphql::{Connection, ContextExt, Page, PageInput, Relation, entity::Visible, page, scalars::Long},
};

codes! {
    /// What is to be done
    pub enum WorkKind {
        /// Something to remember (legacy type 1, 提醒事项)
        Reminder = 1,
        /// Complete the file of a customer (legacy type 2, 客户建档)
        CustomerFile = 2,
        /// Visit a customer (legacy type 3, 客户拜访)
        Visit = 3,
        /// Task of a campaign (legacy type 4, 营销任务)
        Campaign = 4,
        /// Interview before a loan (legacy type 5, 面谈面签)
        Interview = 5,
        /// Grant a customer credit (legacy type 6, 客户授信)
        CreditGrant = 6,
        /// Review a loan (legacy type 7, 贷款审查)
        LoanReview = 7,
    }
}

codes! {
    /// How far an item is
    pub enum WorkStatus {
        /// Open, and its time is over (legacy status 1, 催办)
        Urgent = 1,
        /// Open (legacy status 2, 待办)
        Open = 2,
        /// Finished (legacy status 3, 已完成)
        Finished = 3,
        /// Cancelled (legacy status 4, 已取消)
        Cancelled = 4,
    }
}

codes! {
    /// List that leads to what an item is about (legacy entrance, 快捷入口)
    pub enum WorkEntrance {
        /// Interviews to hold (legacy 0, 面谈面签待办列表)
        OpenInterviews = 0,
        /// Interviews held (legacy 1, 面谈面签已完成列表)
        FinishedInterviews = 1,
        /// Interviews sent back (legacy 2, 面谈面签已驳回列表)
        RejectedInterviews = 2,
        /// Tasks to do (legacy 3, 任务待办列表)
        OpenTasks = 3,
        /// Tasks done (legacy 4, 任务已办列表)
        FinishedTasks = 4,
        /// Tasks cancelled (legacy 5, 任务取消列表)
        CancelledTasks = 5,
    }
}

/// Something that an employee of the bank has to do
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = work_items)]
#[graphql(complex)]
pub struct WorkItem {
    /// Opaque global id
    pub id: Id<WorkItem>,
    /// Who has to do it
    pub staff_id: Id<BankStaff>,
    /// What is to be done (legacy type)
    pub kind: WorkKind,
    #[graphql(skip)]
    pub subject_id: Option<i64>,
    /// Customer that it is about, where there is one
    pub customer_id: Option<Id<BankCustomer>>,
    /// What is to be done, in words
    pub description: String,
    /// Name of who brought it about
    pub originator: String,
    /// When it began (legacy startTime)
    pub starts_at: Time,
    /// Until when it is to be done (legacy endTime)
    pub ends_at: Time,
    #[graphql(skip)]
    pub state: WorkStatus,
    /// List that leads to what it is about
    pub entrance: WorkEntrance,
    /// When it was opened
    pub created_at: Time,
    /// When it was opened, finished or cancelled
    pub updated_at: Time,
}

/// Which items
#[derive(Clone, Debug, Default, InputObject)]
pub struct WorkItemFilter {
    /// Of this employee (legacy accountId); one that the viewer sees
    staff_id: Option<Id<BankStaff>>,
    /// Of this status
    status: Option<WorkStatus>,
    /// Of this kind (legacy type)
    kind: Option<WorkKind>,
    /// Begun on this day or later (legacy startTime)
    from: Option<Day>,
    /// Begun on this day or before (legacy endTime)
    to: Option<Day>,
}

/// An item to open
#[derive(Insertable)]
#[diesel(table_name = work_items, treat_none_as_default_value = false)]
pub struct NewWorkItem {
    pub staff_id: Id<BankStaff>,
    pub kind: WorkKind,
    /// Number of the row that it is about, by which it is finished or cancelled: of the customer for a file
    pub subject_id: Option<i64>,
    pub customer_id: Option<Id<BankCustomer>>,
    /// 100 characters at the most
    pub description: String,
    pub originator: String,
    pub ends_at: Time,
    pub entrance: WorkEntrance,
}

entity!(WorkItem, work_items, starts_at desc);

impl Visible for WorkItem {
    type Table = work_items::table;
    const AREA: Option<Area> = Some(Area::WorkItems);

    /// A customer manager sees his own, others those of the staff of their branch and below
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.bank_sight() {
            BankSight::All => Where::default(),
            BankSight::Nothing => Where::nothing(),
            BankSight::Staff(staff) => Where::default().and(work_items::staff_id.eq(staff)),
            BankSight::Branch(path) => {
                let staff = bank_staff::table.inner_join(branches::table).filter(begins(branches::path, &path));
                Where::default().and(work_items::staff_id.eq_any(staff.select(bank_staff::id)))
            }
        }
    }
}

impl WorkItemFilter {
    fn wanted(&self, zone: Tz) -> Where<work_items::table> {
        let is_open = || work_items::state.eq(WorkStatus::Open);
        let wanted = match self.status {
            None => Where::default(),
            Some(WorkStatus::Urgent) => Where::default().and(is_open()).and(work_items::ends_at.le(Time::now())),
            Some(WorkStatus::Open) => Where::default().and(is_open()).and(work_items::ends_at.gt(Time::now())),
            Some(state) => Where::default().and(work_items::state.eq(state)),
        };
        wanted
            .maybe(self.staff_id, |staff| work_items::staff_id.eq(staff))
            .maybe(self.kind, |kind| work_items::kind.eq(kind))
            .maybe(self.from, |day| work_items::starts_at.ge(day.start(zone)))
            .maybe(self.to, |day| work_items::starts_at.le(day.end(zone)))
    }
}

impl WorkItem {
    pub const OF_STAFF: Relation<WorkItem> =
        Relation { column: work_items::staff_id::NAME, parent: |item| Some(item.staff_id.number) };

    pub const OF_CUSTOMER: Relation<WorkItem> =
        Relation { column: work_items::customer_id::NAME, parent: |item| item.customer_id.map(|it| it.number) };

    /// Gives people something to do from now on
    pub async fn open(conn: &mut Conn, new: Vec<NewWorkItem>) -> QueryResult<usize> {
        let now = Time::now();
        let times = || (work_items::starts_at.eq(now), work_items::created_at.eq(now), work_items::updated_at.eq(now));
        let mut rows = new.into_iter().map(|new| (new, times(), work_items::state.eq(WorkStatus::Open))).peekable();
        let mut opened = 0;
        while rows.peek().is_some() {
            let chunk = Many(rows.by_ref().take(500).collect());
            opened += diesel::insert_into(work_items::table).values(chunk).run(conn).await?;
        }
        Ok(opened)
    }

    /// The open items of this kind about these rows are done
    pub async fn finish(conn: &mut Conn, kind: WorkKind, subjects: Vec<i64>) -> QueryResult<usize> {
        let entrance = match kind {
            WorkKind::Interview => WorkEntrance::FinishedInterviews,
            _ => WorkEntrance::FinishedTasks,
        };
        WorkItem::close(conn, kind, subjects, WorkStatus::Finished, entrance).await
    }

    /// The open items of this kind about these rows need not be done any more
    pub async fn cancel(conn: &mut Conn, kind: WorkKind, subjects: Vec<i64>) -> QueryResult<usize> {
        WorkItem::close(conn, kind, subjects, WorkStatus::Cancelled, WorkEntrance::CancelledTasks).await
    }

    async fn close(
        conn: &mut Conn,
        kind: WorkKind,
        subjects: Vec<i64>,
        state: WorkStatus,
        entrance: WorkEntrance,
    ) -> QueryResult<usize> {
        let open = work_items::table
            .filter(work_items::kind.eq(kind))
            .filter(work_items::subject_id.eq_any(subjects))
            .filter(work_items::state.eq(WorkStatus::Open));
        diesel::update(open)
            .set((
                work_items::state.eq(state),
                work_items::entrance.eq(entrance),
                work_items::updated_at.eq(Time::now()),
            ))
            .run(conn)
            .await
    }
}

#[ComplexObject]
impl WorkItem {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// How far it is
    pub async fn status(&self) -> WorkStatus {
        match self.state {
            WorkStatus::Open if self.ends_at <= Time::now() => WorkStatus::Urgent,
            state => state,
        }
    }

    /// Who has to do it
    pub async fn staff(&self, ctx: &Context<'_>) -> AppResult<Option<BankStaff>> {
        ctx.load(self.staff_id).await
    }

    /// Customer that it is about, as far as the viewer may see him
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        ctx.load_named(self.customer_id).await
    }
}

#[derive(Default)]
pub struct WorkItemQuery;

#[Object]
impl WorkItemQuery {
    /// One work item
    #[graphql(guard = "May(Area::WorkItems)")]
    async fn work_item(&self, ctx: &Context<'_>, id: Id<WorkItem>) -> AppResult<Option<WorkItem>> {
        ctx.load(id).await
    }

    /// Work items, the last to begin first
    #[graphql(guard = "May(Area::WorkItems)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn work_items(
        &self,
        ctx: &Context<'_>,
        filter: Option<WorkItemFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<WorkItem>> {
        let filter = filter.unwrap_or_default();
        if let Some(staff) = filter.staff_id {
            BankStaff::within_sight(&mut ctx.read().await?, ctx.viewer()?, staff).await?;
        }
        let zone = ctx.app().config.time_zone;
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted(zone)).await
    }
}
