//! Agent of the realm ESTATE who calls people for property projects (ihk 置业人员, Call 客人员), profile of an account.
//!
//! Table `estate_agents`. He signs in with his number, "00006" (工号): text with leading zeros, and two numbers that
//! differ in leading zeros only are the same.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::{prelude::*, sql_types::Text};
use serde::Serialize;

use super::{Account, AuditEntry, NewAccount};
use crate::{
    auth::{Manager, Realm, Staff, Viewer},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        sql::contains,
        tables::{accounts, estate_agents},
    },
    domains::{
        customers::PropertyCustomer,
        engagement::{CallFeedback, EstateProject, PackagePhone},
    },
    entity,
    error::{AppError, AppResult},
    graphql::{
        Connection, ContextExt, Entity, Link, Page, PageInput, Relation, entity::Visible, input, page, scalars::Long,
    },
    payload,
};

/// Agent who calls people for property projects
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = estate_agents)]
#[graphql(complex)]
pub struct EstateAgent {
    /// Opaque global id; its `databaseId` is the legacy user_id and reg_user_id
    pub id: Id<EstateAgent>,
    /// Account that the agent signs in with
    pub account_id: Id<Account>,
    /// Number that the agent signs in with, "00006" (legacy user_num, enroll_number)
    pub number: String,
    /// Name (legacy user_name)
    pub name: String,
    /// When the agent was entered
    pub created_at: Time,
    /// When the agent was last changed
    pub updated_at: Time,
}

/// Which estate agents
#[derive(Clone, Debug, Default, InputObject)]
pub struct EstateAgentFilter {
    /// With this number, leading zeros or not
    number: Option<String>,
    /// With this text in the name
    name: Option<String>,
}

/// A new estate agent with his account
#[derive(Clone, Debug, InputObject)]
pub struct EstateAgentCreateInput {
    /// Number that the agent signs in with, "00006": digits and letters
    number: String,
    /// Password, 8 to 200 characters
    #[graphql(secret)]
    password: String,
    /// Whether the agent sees and manages the whole realm
    #[graphql(default)]
    is_manager: bool,
    /// Name
    name: String,
}

/// Changes of an estate agent; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct EstateAgentUpdateInput {
    /// Name
    name: Option<String>,
}

payload! {
    /// The new agent
    EstateAgentCreatePayload { estate_agent: EstateAgent }
    /// The changed agent
    EstateAgentUpdatePayload { estate_agent: EstateAgent }
    /// The deleted agent
    EstateAgentDeletePayload { estate_agent: EstateAgent }
}

entity!(EstateAgent, estate_agents, asc);

impl Visible for EstateAgent {
    type Table = estate_agents::table;

    /// Colleagues know each other
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Estate))
    }
}

impl EstateAgentFilter {
    fn wanted(&self) -> Where<estate_agents::table> {
        Where::default()
            .maybe(self.number.as_deref(), |number| ltrim(estate_agents::number, "0").eq(bare(number)))
            .maybe(self.name.as_deref(), |name| contains(estate_agents::name, name))
    }
}

impl EstateAgentCreateInput {
    fn check(&self) -> AppResult<()> {
        let plain = self.number.len() <= 32 && self.number.chars().all(|letter| letter.is_ascii_alphanumeric());
        match plain && !bare(&self.number).is_empty() {
            true => input::name("name", &self.name, input::NAME),
            false => Err(input::refuse("number", "1 to 32 digits and letters, not only zeros")),
        }
    }
}

diesel::define_sql_function! {
    /// The text without these letters in front; the same on both engines
    fn ltrim(text: Text, letters: Text) -> Text;
}

/// A number as it is compared
fn bare(number: &str) -> String {
    number.trim().trim_start_matches('0').to_owned()
}

impl EstateAgent {
    pub const OF_ACCOUNT: Relation<EstateAgent> =
        Relation { column: estate_agents::account_id::NAME, parent: |agent| Some(agent.account_id.number) };

    /// Accounts that may sign in: not what the viewer may see of them, so read by number only
    const THAWED_ACCOUNT: Link<Account> = Link::new("estate_agent_thawed_account", |ids| {
        Box::new(
            estate_agents::table
                .inner_join(accounts::table)
                .filter(estate_agents::id.eq_any(ids))
                .filter(accounts::is_frozen.eq(false))
                .select((estate_agents::id, accounts::id)),
        )
    });

    /// The agent that the viewer is; an error for everybody else, managers without a profile included
    pub fn of_viewer(viewer: &Viewer) -> AppResult<Id<EstateAgent>> {
        match (viewer.realm, viewer.profile_id) {
            (Some(Realm::Estate), Some(agent)) => Ok(Id::new(agent)),
            _ => Err(AppError::forbidden("Only for agents of the realm ESTATE")),
        }
    }

    pub async fn of_account(conn: &mut Conn, account: Id<Account>) -> QueryResult<Option<EstateAgent>> {
        estate_agents::table.filter(estate_agents::account_id.eq(account)).select(EstateAgent::cols()).opt(conn).await
    }

    /// Whether the agent with this number may sign in; none where nobody has it
    async fn is_active_by_number(conn: &mut Conn, number: &str) -> QueryResult<Option<bool>> {
        let frozen: Option<bool> = estate_agents::table
            .inner_join(accounts::table)
            .filter(ltrim(estate_agents::number, "0").eq(bare(number)))
            .select(accounts::is_frozen)
            .opt(conn)
            .await?;
        Ok(frozen.map(|frozen| !frozen))
    }

    async fn create(conn: &mut Conn, account: Id<Account>, new: EstateAgentCreateInput) -> AppResult<EstateAgent> {
        if EstateAgent::is_active_by_number(conn, &new.number).await?.is_some() {
            return Err(AppError::conflict("This number is taken, with or without leading zeros"));
        }
        let now = Time::now();
        let row = (
            estate_agents::account_id.eq(account),
            estate_agents::number.eq(new.number),
            estate_agents::name.eq(new.name),
            estate_agents::created_at.eq(now),
            estate_agents::updated_at.eq(now),
        );
        Ok(diesel::insert_into(estate_agents::table).values(row).returning(EstateAgent::cols()).one(conn).await?)
    }

    async fn update(conn: &mut Conn, id: Id<EstateAgent>, change: EstateAgentUpdateInput) -> QueryResult<EstateAgent> {
        diesel::update(estate_agents::table.filter(estate_agents::id.eq(id)))
            .set((change.name.map(|value| estate_agents::name.eq(value)), estate_agents::updated_at.eq(Time::now())))
            .returning(EstateAgent::cols())
            .one(conn)
            .await
    }
}

#[ComplexObject]
impl EstateAgent {
    /// Number of the row in its table (legacy user_id, reg_user_id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the agent works in
    pub async fn realm(&self) -> Realm {
        Realm::Estate
    }

    /// Phone number for work; agents have none
    pub async fn work_phone(&self) -> Option<String> {
        None
    }

    /// Whether the agent may sign in (legacy user_status)
    pub async fn is_active(&self, ctx: &Context<'_>) -> AppResult<bool> {
        Ok(!ctx.numbers(Self::THAWED_ACCOUNT, self.id.number).await?.is_empty())
    }

    /// Account that the agent signs in with, as far as the viewer may see it
    pub async fn account(&self, ctx: &Context<'_>) -> AppResult<Option<Account>> {
        ctx.load(self.account_id).await
    }

    /// Projects that the agent calls for, as far as the viewer may see them
    #[graphql(complexity = "page::cost(None, None, None, child_complexity)")]
    async fn projects(&self, ctx: &Context<'_>) -> AppResult<Vec<EstateProject>> {
        ctx.linked(EstateProject::OF_AGENT, self.id.number).await
    }

    /// Phone numbers handed out to the agent
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    async fn phones(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<PackagePhone>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(PackagePhone::OF_AGENT, self.id.number, page).await
    }

    /// What the agent's calls came to, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CallFeedback>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CallFeedback::OF_AGENT, self.id.number, page).await
    }

    /// Customers whom the agent registered, last changed first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    async fn customers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<PropertyCustomer>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(PropertyCustomer::OF_AGENT, self.id.number, page).await
    }
}

#[derive(Default)]
pub struct EstateAgentQuery;

#[Object]
impl EstateAgentQuery {
    /// Whether the agent with this number may sign in (legacy user_status); for everybody
    async fn estate_agent_is_active(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Number of the agent; leading zeros do not matter (legacy enroll_number)")] number: String,
    ) -> AppResult<bool> {
        let active = EstateAgent::is_active_by_number(&mut ctx.read().await?, &number).await?;
        active.ok_or_else(|| AppError::not_found(EstateAgent::NAME))
    }

    /// One estate agent
    #[graphql(guard = "Staff(Realm::Estate)")]
    async fn estate_agent(&self, ctx: &Context<'_>, id: Id<EstateAgent>) -> AppResult<Option<EstateAgent>> {
        ctx.load(id).await
    }

    /// Estate agents in the order they were entered
    #[graphql(guard = "Staff(Realm::Estate)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn estate_agents(
        &self,
        ctx: &Context<'_>,
        filter: Option<EstateAgentFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<EstateAgent>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct EstateAgentMutation;

#[Object]
impl EstateAgentMutation {
    /// Enters an estate agent and opens his account; for managers
    #[graphql(guard = "Manager(Realm::Estate)")]
    async fn estate_agent_create(
        &self,
        ctx: &Context<'_>,
        input: EstateAgentCreateInput,
    ) -> AppResult<EstateAgentCreatePayload> {
        input.check()?;
        let account =
            NewAccount::new(Some(Realm::Estate), &input.number, &input.name, &input.password, input.is_manager).await?;
        let mut tx = ctx.begin().await?;
        let account = Account::create(&mut tx, account).await?;
        let estate_agent = EstateAgent::create(&mut tx, account.id, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&account)).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&estate_agent)).await?;
        tx.commit().await?;
        Ok(EstateAgentCreatePayload { estate_agent })
    }

    /// Changes an estate agent; for managers. accountFreeze keeps him from signing in.
    #[graphql(guard = "Manager(Realm::Estate)")]
    async fn estate_agent_update(
        &self,
        ctx: &Context<'_>,
        id: Id<EstateAgent>,
        input: EstateAgentUpdateInput,
    ) -> AppResult<EstateAgentUpdatePayload> {
        input.name.as_ref().map_or(Ok(()), |name| input::name("name", name, input::NAME))?;
        let mut tx = ctx.begin().await?;
        let before = EstateAgent::find(&mut tx, ctx.viewer()?, id).await?;
        Account::rename(&mut tx, before.account_id, None, input.name.clone()).await?;
        let estate_agent = EstateAgent::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&estate_agent)).await?;
        tx.commit().await?;
        Ok(EstateAgentUpdatePayload { estate_agent })
    }

    /// Deletes an estate agent and his account; for managers. One who has called or registered anybody stays: freeze
    /// his account instead.
    #[graphql(guard = "Manager(Realm::Estate)")]
    async fn estate_agent_delete(&self, ctx: &Context<'_>, id: Id<EstateAgent>) -> AppResult<EstateAgentDeletePayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let estate_agent = EstateAgent::find(&mut tx, viewer, id).await?;
        let account = Account::find(&mut tx, viewer, estate_agent.account_id).await?;
        if viewer.account_id == Some(account.id.number) {
            return Err(AppError::conflict("Nobody deletes himself"));
        }
        Account::delete(&mut tx, account.id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&estate_agent), None).await?;
        AuditEntry::record(&mut tx, ctx, Some(&account), None).await?;
        tx.commit().await?;
        ctx.app().sessions.forget(account.id.number);
        Ok(EstateAgentDeletePayload { estate_agent })
    }
}
