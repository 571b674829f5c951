//! Whether a loan officer and a customer are WeChat friends (rongzi 微信好友关系).
//!
//! Table `wechat_friendships`, one row per customer at the most; without a row they are no friends. Only the states
//! NOT_FRIEND and FRIEND are in use, the others are reserved (暂不用).

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::{prelude::*, upsert::excluded};
use serde::Serialize;

use crate::{
    auth::{Realm, Sight, Staff, Viewer},
    codes,
    db::{Cols as _, Conn, Id, Run as _, Time, Where, sql::Many, tables::wechat_friendships},
    domains::{
        customers::LoanCustomer,
        identity::{AuditEntry, LoanOfficer},
    },
    entity,
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, Relation, entity::Visible, input, page, scalars::Long},
};

codes! {
    /// Whether officer and customer are WeChat friends (legacy wechatFriendStatus, friendStatus)
    pub enum WechatStatus {
        /// No friends (legacy 1 非微信好友)
        NotFriend = 1,
        /// The customer's WeChat id does not exist; reserved (legacy 2 微信号不存在)
        UnknownId = 2,
        /// Friendship requested; reserved (legacy 3 申请中)
        Requested = 3,
        /// The request has expired; reserved (legacy 4 申请已过期)
        Expired = 4,
        /// The customer refused; reserved (legacy 5 拒绝添加好友)
        Refused = 5,
        /// Friends (legacy 6 已经是微信好友)
        Friend = 6,
    }
}

/// WeChat friendship of a loan officer and a customer
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = wechat_friendships)]
#[graphql(complex)]
pub struct WechatFriendship {
    /// Opaque global id
    pub id: Id<WechatFriendship>,
    /// The customer
    pub customer_id: Id<LoanCustomer>,
    /// The officer
    pub officer_id: Id<LoanOfficer>,
    /// Whether they are friends
    pub status: WechatStatus,
    /// WeChat id of the customer when the friendship was noted first
    pub customer_wechat_id: Option<String>,
    /// WeChat id of the officer when the friendship was noted first
    pub officer_wechat_id: Option<String>,
    /// When it was noted first
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which WeChat friendships
#[derive(Clone, Debug, Default, InputObject)]
pub struct WechatFriendshipFilter {
    /// Of this officer
    officer_id: Option<Id<LoanOfficer>>,
    /// Of the officer with this employee code; refused where it is not the viewer's own and he is no manager
    employee_code: Option<String>,
    /// Of this customer
    customer_id: Option<Id<LoanCustomer>>,
    /// With this status
    status: Option<WechatStatus>,
}

/// A request for a customer's friendship, as legacy clients send it
#[derive(Clone, Debug, InputObject)]
pub struct WechatFriendshipRequestInput {
    /// Mobile phone of the customer
    customer_mobile: String,
    /// WeChat id of the customer
    customer_wechat_id: Option<String>,
    /// Name of the customer, for the officer's address book
    customer_name: Option<String>,
    /// Mobile phone of the officer
    work_mobile: Option<String>,
    /// WeChat id of the officer
    officer_wechat_id: Option<String>,
    /// Name of the officer, for the customer's address book
    officer_name: Option<String>,
}

/// What became of a request
#[derive(Clone, Debug, SimpleObject)]
pub struct WechatFriendshipRequestPayload {
    /// Always REQUESTED
    status: WechatStatus,
}

/// The changed friendships
#[derive(Clone, Debug, SimpleObject)]
pub struct WechatFriendshipSetPayload {
    /// One for each customer with this mobile phone
    #[graphql(complexity = "5 * child_complexity")]
    wechat_friendships: Vec<WechatFriendship>,
}

entity!(WechatFriendship, wechat_friendships, updated_at desc);

impl Visible for WechatFriendship {
    type Table = wechat_friendships::table;

    /// An officer sees his own
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.sight(Realm::Loan) {
            Sight::Nothing => Where::nothing(),
            Sight::Own(officer) => Where::default().and(wechat_friendships::officer_id.eq(officer)),
            Sight::All => Where::default(),
        }
    }
}

impl WechatFriendshipFilter {
    /// `named`: the officer of the employee code
    fn wanted(&self, named: Option<Id<LoanOfficer>>) -> Where<wechat_friendships::table> {
        Where::default()
            .maybe(named, |id| wechat_friendships::officer_id.eq(id))
            .maybe(self.officer_id, |id| wechat_friendships::officer_id.eq(id))
            .maybe(self.customer_id, |id| wechat_friendships::customer_id.eq(id))
            .maybe(self.status, |status| wechat_friendships::status.eq(status))
    }
}

impl WechatFriendshipRequestInput {
    fn check(&self) -> AppResult<()> {
        input::name("customerMobile", &self.customer_mobile, input::NAME)?;
        input::texts([
            ("customerWechatId", self.customer_wechat_id.as_ref(), input::NAME),
            ("customerName", self.customer_name.as_ref(), input::NAME),
            ("workMobile", self.work_mobile.as_ref(), input::NAME),
            ("officerWechatId", self.officer_wechat_id.as_ref(), input::NAME),
            ("officerName", self.officer_name.as_ref(), input::NAME),
        ])
    }
}

impl WechatFriendship {
    pub const OF_OFFICER: Relation<WechatFriendship> =
        Relation { column: wechat_friendships::officer_id::NAME, parent: |row| Some(row.officer_id.number) };
    pub const OF_CUSTOMER: Relation<WechatFriendship> =
        Relation { column: wechat_friendships::customer_id::NAME, parent: |row| Some(row.customer_id.number) };

    /// The friendships of these customers, whoever the officer is
    async fn of_customers(conn: &mut Conn, customers: &[LoanCustomer]) -> QueryResult<Vec<WechatFriendship>> {
        let ids: Vec<Id<LoanCustomer>> = customers.iter().map(|customer| customer.id).collect();
        let wanted = Where::default().and(wechat_friendships::customer_id.eq_any(ids));
        WechatFriendship::fetch(conn, wanted, WechatFriendship::ORDER.all()).await
    }

    /// Notes the status between these customers and their officers
    async fn set(
        conn: &mut Conn,
        customers: Vec<LoanCustomer>,
        officers: Vec<LoanOfficer>,
        status: WechatStatus,
    ) -> QueryResult<Vec<WechatFriendship>> {
        let now = Time::now();
        let rows = customers.into_iter().map(|customer| {
            let officer = officers.iter().find(|officer| officer.id == customer.officer_id);
            (
                wechat_friendships::customer_id.eq(customer.id),
                wechat_friendships::officer_id.eq(customer.officer_id),
                wechat_friendships::status.eq(status),
                wechat_friendships::customer_wechat_id.eq(customer.wechat_id),
                wechat_friendships::officer_wechat_id.eq(officer.and_then(|officer| officer.wechat_id.clone())),
                wechat_friendships::created_at.eq(now),
                wechat_friendships::updated_at.eq(now),
            )
        });
        diesel::insert_into(wechat_friendships::table)
            .values(Many(rows.collect()))
            .on_conflict(wechat_friendships::customer_id)
            .do_update()
            .set((
                wechat_friendships::officer_id.eq(excluded(wechat_friendships::officer_id)),
                wechat_friendships::status.eq(excluded(wechat_friendships::status)),
                wechat_friendships::updated_at.eq(excluded(wechat_friendships::updated_at)),
            ))
            .returning(WechatFriendship::cols())
            .all(conn)
            .await
    }

    /// The customer goes to another officer, and the friendship with him
    pub async fn hand_over(
        conn: &mut Conn,
        customer: Id<LoanCustomer>,
        officer: Id<LoanOfficer>,
    ) -> QueryResult<usize> {
        diesel::update(wechat_friendships::table.filter(wechat_friendships::customer_id.eq(customer)))
            .set((wechat_friendships::officer_id.eq(officer), wechat_friendships::updated_at.eq(Time::now())))
            .run(conn)
            .await
    }
}

#[ComplexObject]
impl WechatFriendship {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// The customer, as far as the viewer may see him
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<LoanCustomer>> {
        ctx.load(self.customer_id).await
    }

    /// The officer
    pub async fn officer(&self, ctx: &Context<'_>) -> AppResult<Option<LoanOfficer>> {
        ctx.load(self.officer_id).await
    }
}

#[derive(Default)]
pub struct WechatFriendshipQuery;

#[Object]
impl WechatFriendshipQuery {
    /// One WeChat friendship
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn wechat_friendship(
        &self,
        ctx: &Context<'_>,
        id: Id<WechatFriendship>,
    ) -> AppResult<Option<WechatFriendship>> {
        ctx.load(id).await
    }

    /// WeChat friendships, last changed first: an officer's own, for managers all
    #[graphql(guard = "Staff(Realm::Loan)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn wechat_friendships(
        &self,
        ctx: &Context<'_>,
        filter: Option<WechatFriendshipFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<WechatFriendship>> {
        let filter = filter.unwrap_or_default();
        let named = LoanOfficer::named(ctx, filter.employee_code.as_deref()).await?;
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted(named)).await
    }
}

#[derive(Default)]
pub struct WechatFriendshipMutation;

#[Object]
impl WechatFriendshipMutation {
    /// Answers REQUESTED and changes nothing: the friendship itself is requested in WeChat
    #[graphql(guard = "Staff(Realm::Loan)", deprecation = "For legacy clients (已弃用); use wechatFriendshipSet")]
    async fn wechat_friendship_request(
        &self,
        #[graphql(desc = "Whose friendship is requested")] input: WechatFriendshipRequestInput,
    ) -> AppResult<WechatFriendshipRequestPayload> {
        input.check()?;
        Ok(WechatFriendshipRequestPayload { status: WechatStatus::Requested })
    }

    /// Notes whether the customer with this mobile phone and his officer are WeChat friends
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn wechat_friendship_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Mobile phone of the customer, however it is written")] customer_mobile: String,
        #[graphql(desc = "Whether they are friends")] status: WechatStatus,
    ) -> AppResult<WechatFriendshipSetPayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let customers = LoanCustomer::with_mobile(&mut tx, viewer, &customer_mobile).await?;
        if customers.is_empty() {
            return Err(AppError::not_found(LoanCustomer::NAME));
        }
        let before = WechatFriendship::of_customers(&mut tx, &customers).await?;
        let officers = LoanOfficer::with_ids(customers.iter().map(|customer| customer.officer_id).collect());
        let officers = LoanOfficer::fetch(&mut tx, officers, LoanOfficer::ORDER.all()).await?;
        let wechat_friendships = WechatFriendship::set(&mut tx, customers, officers, status).await?;
        let changes = wechat_friendships.iter().map(|row| (before.iter().find(|old| old.id == row.id), Some(row)));
        AuditEntry::record_all(&mut tx, ctx, changes).await?;
        tx.commit().await?;
        Ok(WechatFriendshipSetPayload { wechat_friendships })
    }
}
