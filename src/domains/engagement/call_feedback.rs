//! What a call of a package's phone number came to (ihk Call 客反馈).
//!
//! Table `call_feedback`. The outcome (反馈类型) is kept as the text that the agent chose, so that a renamed dictionary
//! entry does not rewrite history. Calling the same person again adds a second entry.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::{CallPackage, EstateProject, PackagePhone, interaction_added};
use crate::{
    auth::{Realm, Sight, Staff, Viewer},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        tables::{call_feedback, package_phones},
    },
    domains::{
        customers::PropertyCustomer,
        engagement::InteractionKind,
        identity::{AuditEntry, DictionaryEntry, EstateAgent, StaffMember},
    },
    entity,
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, Relation, entity::Visible, input, page, scalars::Long},
    payload,
};

/// What a call of a package's phone number came to
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = call_feedback)]
#[graphql(complex)]
pub struct CallFeedback {
    /// Opaque global id
    pub id: Id<CallFeedback>,
    /// Phone number that was called
    pub phone_id: Id<PackagePhone>,
    /// Package of the number
    pub package_id: Id<CallPackage>,
    /// Project that was called for
    pub project_id: Id<EstateProject>,
    /// Agent who called
    pub agent_id: Id<EstateAgent>,
    /// Customer whom the agent registered with this phone
    pub customer_id: Option<Id<PropertyCustomer>>,
    /// Whom the agent spoke to (legacy owner_name)
    pub owner_name: String,
    /// What it came to, a name of the dictionary CALL_OUTCOME (legacy call_back_item_name)
    pub outcome: String,
    /// When it was reported
    pub created_at: Time,
}

/// Which feedback
#[derive(Clone, Debug, Default, InputObject)]
pub struct CallFeedbackFilter {
    /// For this project
    project_id: Option<Id<EstateProject>>,
    /// About numbers of this package
    package_id: Option<Id<CallPackage>>,
    /// From this agent
    agent_id: Option<Id<EstateAgent>>,
    /// With exactly this outcome
    outcome: Option<String>,
    /// Reported at this moment or later
    since: Option<Time>,
    /// Reported before this moment
    until: Option<Time>,
}

/// What a call came to
#[derive(Clone, Debug, InputObject)]
pub struct CallFeedbackCreateInput {
    /// Package of the number
    package_id: Id<CallPackage>,
    /// Project of the package; checked where given
    project_id: Option<Id<EstateProject>>,
    /// Phone number that was handed out to the agent
    phone: String,
    /// Whom the agent spoke to; left out for the name that the package holds
    owner_name: Option<String>,
    /// What it came to, a name of the dictionary CALL_OUTCOME
    outcome: String,
}

payload! {
    /// The new feedback
    CallFeedbackCreatePayload { call_feedback: CallFeedback }
}

entity!(CallFeedback, call_feedback, created_at desc);

impl Visible for CallFeedback {
    type Table = call_feedback::table;

    /// Agents see their own
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.sight(Realm::Estate) {
            Sight::All => Where::default(),
            Sight::Own(agent) => Where::default().and(call_feedback::agent_id.eq(agent)),
            Sight::Nothing => Where::nothing(),
        }
    }
}

impl CallFeedbackFilter {
    fn wanted(&self) -> Where<call_feedback::table> {
        Where::default()
            .maybe(self.project_id, |project| call_feedback::project_id.eq(project))
            .maybe(self.package_id, |package| call_feedback::package_id.eq(package))
            .maybe(self.agent_id, |agent| call_feedback::agent_id.eq(agent))
            .maybe(self.outcome.clone(), |outcome| call_feedback::outcome.eq(outcome))
            .maybe(self.since, |since| call_feedback::created_at.ge(since))
            .maybe(self.until, |until| call_feedback::created_at.lt(until))
    }
}

impl CallFeedbackCreateInput {
    fn check(&self) -> AppResult<()> {
        input::phone("phone", &self.phone)?;
        input::name("outcome", &self.outcome, input::NAME)?;
        input::texts([("ownerName", self.owner_name.as_ref(), input::NAME)])
    }
}

impl CallFeedback {
    pub const OF_PROJECT: Relation<CallFeedback> =
        Relation { column: call_feedback::project_id::NAME, parent: |feedback| Some(feedback.project_id.number) };
    pub const OF_PACKAGE: Relation<CallFeedback> =
        Relation { column: call_feedback::package_id::NAME, parent: |feedback| Some(feedback.package_id.number) };
    pub const OF_PHONE: Relation<CallFeedback> =
        Relation { column: call_feedback::phone_id::NAME, parent: |feedback| Some(feedback.phone_id.number) };
    pub const OF_AGENT: Relation<CallFeedback> =
        Relation { column: call_feedback::agent_id::NAME, parent: |feedback| Some(feedback.agent_id.number) };
    pub const OF_CUSTOMER: Relation<CallFeedback> = Relation {
        column: call_feedback::customer_id::NAME,
        parent: |feedback| feedback.customer_id.map(|customer| customer.number),
    };

    pub fn of_package(package: Id<CallPackage>) -> Where<call_feedback::table> {
        Where::default().and(call_feedback::package_id.eq(package))
    }

    pub fn of_phone(phone: Id<PackagePhone>) -> Where<call_feedback::table> {
        Where::default().and(call_feedback::phone_id.eq(phone))
    }

    /// Whether there is any such feedback
    pub async fn exists(conn: &mut Conn, wanted: Where<call_feedback::table>) -> QueryResult<bool> {
        Ok(!CallFeedback::fetch(conn, wanted, CallFeedback::ORDER.first(1)).await?.is_empty())
    }

    async fn create(
        conn: &mut Conn,
        agent: Id<EstateAgent>,
        phone: &PackagePhone,
        project: Id<EstateProject>,
        new: CallFeedbackCreateInput,
    ) -> QueryResult<CallFeedback> {
        let customer = PropertyCustomer::of_agent_and_phone(conn, agent, &phone.phone_key).await?;
        let row = (
            call_feedback::phone_id.eq(phone.id),
            call_feedback::package_id.eq(phone.package_id),
            call_feedback::project_id.eq(project),
            call_feedback::agent_id.eq(agent),
            call_feedback::customer_id.eq(customer.map(|customer| customer.id)),
            call_feedback::owner_name.eq(new.owner_name.or_else(|| phone.owner_name.clone()).unwrap_or_default()),
            call_feedback::outcome.eq(new.outcome),
            call_feedback::created_at.eq(Time::now()),
        );
        diesel::insert_into(call_feedback::table).values(row).returning(CallFeedback::cols()).one(conn).await
    }

    /// Links what an agent reported about a phone to the customer whom he registers with it afterwards
    pub async fn adopt(conn: &mut Conn, customer: &PropertyCustomer) -> QueryResult<usize> {
        let phones = package_phones::table
            .filter(package_phones::phone_key.eq(customer.phone_key.clone()))
            .select(package_phones::id);
        diesel::update(
            call_feedback::table
                .filter(call_feedback::agent_id.eq(customer.agent_id))
                .filter(call_feedback::customer_id.is_null())
                .filter(call_feedback::phone_id.eq_any(phones)),
        )
        .set(call_feedback::customer_id.eq(customer.id))
        .run(conn)
        .await
    }
}

#[ComplexObject]
impl CallFeedback {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the call belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Estate
    }

    /// What it was
    pub async fn kind(&self) -> InteractionKind {
        InteractionKind::CallFeedback
    }

    /// When it happened
    pub async fn at(&self) -> Time {
        self.created_at
    }

    /// In one line
    pub async fn summary(&self) -> String {
        match self.owner_name.trim() {
            "" => format!("Call: {}", self.outcome),
            name => format!("Call to {name}: {}", self.outcome),
        }
    }

    /// Who called
    pub async fn staff(&self, ctx: &Context<'_>) -> AppResult<Option<StaffMember>> {
        Ok(ctx.load(self.agent_id).await?.map(StaffMember::EstateAgent))
    }

    /// Agent who called
    pub async fn agent(&self, ctx: &Context<'_>) -> AppResult<Option<EstateAgent>> {
        ctx.load(self.agent_id).await
    }

    /// Phone number that was called; null for an agent when it was handed out to another since
    pub async fn phone(&self, ctx: &Context<'_>) -> AppResult<Option<PackagePhone>> {
        ctx.load(self.phone_id).await
    }

    /// Package of the number, as far as the viewer may see it
    pub async fn package(&self, ctx: &Context<'_>) -> AppResult<Option<CallPackage>> {
        ctx.load(self.package_id).await
    }

    /// Project that was called for, as far as the viewer may see it
    pub async fn project(&self, ctx: &Context<'_>) -> AppResult<Option<EstateProject>> {
        ctx.load(self.project_id).await
    }

    /// Customer whom the agent registered with this phone
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<PropertyCustomer>> {
        match self.customer_id {
            Some(customer) => ctx.load(customer).await,
            None => Ok(None),
        }
    }
}

#[derive(Default)]
pub struct CallFeedbackQuery;

#[Object]
impl CallFeedbackQuery {
    /// What one call came to
    #[graphql(guard = "Staff(Realm::Estate)")]
    async fn call_feedback(&self, ctx: &Context<'_>, id: Id<CallFeedback>) -> AppResult<Option<CallFeedback>> {
        ctx.load(id).await
    }

    /// What calls came to, newest first
    #[graphql(guard = "Staff(Realm::Estate)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn call_feedbacks(
        &self,
        ctx: &Context<'_>,
        filter: Option<CallFeedbackFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<CallFeedback>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct CallFeedbackMutation;

#[Object]
impl CallFeedbackMutation {
    /// Reports what a call came to; for the agent whom the number was handed out to, and the number then is called
    #[graphql(guard = "Staff(Realm::Estate)")]
    async fn call_feedback_create(
        &self,
        ctx: &Context<'_>,
        input: CallFeedbackCreateInput,
    ) -> AppResult<CallFeedbackCreatePayload> {
        input.check()?;
        let agent = EstateAgent::of_viewer(ctx.viewer()?)?;
        let mut tx = ctx.begin().await?;
        let key = input::phone_key(&input.phone);
        let found = PackagePhone::handed_out_to(&mut tx, agent, input.package_id, &key).await?;
        let (phone, project) = found.ok_or_else(not_handed_out)?;
        if input.project_id.is_some_and(|named| named != project) {
            return Err(input::refuse("projectId", "Not the project of the package"));
        }
        if !DictionaryEntry::has_name(&mut tx, DictionaryEntry::CALL_OUTCOME, &input.outcome).await? {
            return Err(input::refuse("outcome", "No name of the dictionary CALL_OUTCOME"));
        }
        let called = PackagePhone::set_called(&mut tx, phone.id, agent).await?.ok_or_else(not_handed_out)?;
        let call_feedback = CallFeedback::create(&mut tx, agent, &phone, project, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&phone), Some(&called)).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&call_feedback)).await?;
        interaction_added::announce(&mut tx, std::slice::from_ref(&call_feedback)).await?;
        tx.commit().await?;
        Ok(CallFeedbackCreatePayload { call_feedback })
    }
}

fn not_handed_out() -> AppError {
    input::refuse("phone", "Not a number of the package that is handed out to you")
}
