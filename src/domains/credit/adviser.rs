//! Adviser (网格评议员/金融顾问): somebody outside of the bank whose opinion on customers it asks.
//!
//! Table `advisers`. No grid is named with an adviser; he belongs to the branch of whoever entered him.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use crate::{
    auth::{Area, BankSight, May, Viewer},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        sql::{begins, contains},
        tables::{advisers, branches},
    },
    domains::identity::{AuditEntry, Branch},
    entity,
    error::AppResult,
    graphql::{
        Connection, ContextExt, Entity, Page, PageInput, Relation,
        entity::Visible,
        input::{self, id_number_key, phone_key},
        page,
        scalars::Long,
    },
    payload,
};

/// Somebody outside of the bank whose opinion on customers it asks
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = advisers)]
#[graphql(complex)]
pub struct Adviser {
    /// Opaque global id
    pub id: Id<Adviser>,
    /// Branch that he advises; null for one of the whole bank
    pub branch_id: Option<Id<Branch>>,
    /// Name (legacy senatorName)
    pub name: String,
    /// Id number, without blanks
    pub id_number: String,
    /// Phone number, digits only
    pub phone: String,
    /// Duty
    pub duty: String,
    /// Address
    pub address: String,
    /// Description
    pub description: String,
    /// Whether he is a member or a candidate, in the clients' words (legacy isFormal)
    pub standing: String,
    /// Whether he reviews customers or advises them, in the clients' words (legacy type)
    pub kind: String,
    /// When he was entered
    pub created_at: Time,
    /// When he was last changed
    pub updated_at: Time,
}

/// Which advisers
#[derive(Clone, Debug, Default, InputObject)]
pub struct AdviserFilter {
    /// With this text in the name
    name: Option<String>,
    /// With exactly this id number
    id_number: Option<String>,
    /// With exactly this phone number, however it is written
    phone: Option<String>,
    /// Of this branch itself
    branch_id: Option<Id<Branch>>,
}

/// A new adviser
#[derive(Clone, Debug, InputObject)]
pub struct AdviserCreateInput {
    /// Branch that he advises; left out: that of whoever enters him
    branch_id: Option<Id<Branch>>,
    /// Name, 50 characters at the most
    name: String,
    /// Id number, 20 characters at the most
    id_number: String,
    /// Phone number
    phone: String,
    /// Duty, 50 characters at the most
    duty: String,
    /// Address, 255 characters at the most
    address: String,
    /// Description, 255 characters at the most
    description: String,
    /// Whether he is a member or a candidate, in the clients' words, 20 characters at the most
    standing: String,
    /// Whether he reviews customers or advises them, in the clients' words, 20 characters at the most
    kind: String,
}

/// Changes of an adviser; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct AdviserUpdateInput {
    /// Branch that he advises
    branch_id: Option<Id<Branch>>,
    /// Name, 50 characters at the most
    name: Option<String>,
    /// Id number, 20 characters at the most
    id_number: Option<String>,
    /// Phone number
    phone: Option<String>,
    /// Duty, 50 characters at the most
    duty: Option<String>,
    /// Address, 255 characters at the most
    address: Option<String>,
    /// Description, 255 characters at the most
    description: Option<String>,
    /// Whether he is a member or a candidate, in the clients' words, 20 characters at the most
    standing: Option<String>,
    /// Whether he reviews customers or advises them, in the clients' words, 20 characters at the most
    kind: Option<String>,
}

payload! {
    /// The new adviser
    AdviserCreatePayload { adviser: Adviser }
    /// The changed adviser
    AdviserUpdatePayload { adviser: Adviser }
    /// The deleted adviser
    AdviserDeletePayload { adviser: Adviser }
}

entity!(Adviser, advisers, asc);

impl Visible for Adviser {
    type Table = advisers::table;
    const AREA: Option<Area> = Some(Area::Reviewers);

    /// Those of his branch and below
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.branch_sight() {
            BankSight::All => Where::default(),
            BankSight::Branch(path) => {
                let below = branches::table.filter(begins(branches::path, &path)).select(branches::id.nullable());
                Where::default().and(advisers::branch_id.eq_any(below))
            }
            BankSight::Staff(_) | BankSight::Nothing => Where::nothing(),
        }
    }
}

impl AdviserFilter {
    fn wanted(&self) -> Where<advisers::table> {
        Where::default()
            .maybe(self.name.as_deref(), |name| contains(advisers::name, name))
            .maybe(self.id_number.as_deref().map(id_number_key), |number| advisers::id_number.eq(number))
            .maybe(self.phone.as_deref().map(phone_key), |phone| advisers::phone.eq(phone))
            .maybe(self.branch_id, |branch| advisers::branch_id.eq(branch))
    }
}

impl AdviserUpdateInput {
    fn check(&self) -> AppResult<()> {
        for (field, value, most) in [
            ("name", &self.name, 50),
            ("idNumber", &self.id_number, 20),
            ("duty", &self.duty, 50),
            ("address", &self.address, 255),
            ("description", &self.description, 255),
            ("standing", &self.standing, 20),
            ("kind", &self.kind, 20),
        ] {
            value.as_ref().map_or(Ok(()), |value| input::name(field, value, most))?;
        }
        self.phone.as_ref().map_or(Ok(()), |phone| input::phone("phone", phone))
    }
}

impl AdviserCreateInput {
    fn check(&self) -> AppResult<()> {
        let AdviserCreateInput { branch_id, name, id_number, phone, duty, address, description, standing, kind } =
            self.clone();
        let [name, id_number, phone, duty, address, description, standing, kind] =
            [name, id_number, phone, duty, address, description, standing, kind].map(Some);
        AdviserUpdateInput { branch_id, name, id_number, phone, duty, address, description, standing, kind }.check()
    }
}

impl Adviser {
    pub const OF_BRANCH: Relation<Adviser> =
        Relation { column: advisers::branch_id::NAME, parent: |adviser| adviser.branch_id.map(|it| it.number) };

    async fn create(conn: &mut Conn, branch: Option<Id<Branch>>, new: AdviserCreateInput) -> QueryResult<Adviser> {
        let now = Time::now();
        let row = (
            advisers::branch_id.eq(branch),
            advisers::name.eq(new.name),
            advisers::id_number.eq(id_number_key(&new.id_number)),
            advisers::phone.eq(phone_key(&new.phone)),
            advisers::duty.eq(new.duty),
            advisers::address.eq(new.address),
            advisers::description.eq(new.description),
            advisers::standing.eq(new.standing),
            advisers::kind.eq(new.kind),
            advisers::created_at.eq(now),
            advisers::updated_at.eq(now),
        );
        diesel::insert_into(advisers::table).values(row).returning(Adviser::cols()).one(conn).await
    }

    async fn update(conn: &mut Conn, id: Id<Adviser>, change: AdviserUpdateInput) -> QueryResult<Adviser> {
        diesel::update(advisers::table.filter(advisers::id.eq(id)))
            .set((
                change.branch_id.map(|value| advisers::branch_id.eq(value)),
                change.name.map(|value| advisers::name.eq(value)),
                change.id_number.map(|value| advisers::id_number.eq(id_number_key(&value))),
                change.phone.map(|value| advisers::phone.eq(phone_key(&value))),
                change.duty.map(|value| advisers::duty.eq(value)),
                change.address.map(|value| advisers::address.eq(value)),
                change.description.map(|value| advisers::description.eq(value)),
                change.standing.map(|value| advisers::standing.eq(value)),
                change.kind.map(|value| advisers::kind.eq(value)),
                advisers::updated_at.eq(Time::now()),
            ))
            .returning(Adviser::cols())
            .one(conn)
            .await
    }
}

#[ComplexObject]
impl Adviser {
    /// Number of the row in its table (legacy senatorId)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Branch that he advises, as far as the viewer may see it
    pub async fn branch(&self, ctx: &Context<'_>) -> AppResult<Option<Branch>> {
        ctx.load_named(self.branch_id).await
    }
}

#[derive(Default)]
pub struct AdviserQuery;

#[Object]
impl AdviserQuery {
    /// One adviser
    #[graphql(guard = "May(Area::Reviewers)")]
    async fn adviser(&self, ctx: &Context<'_>, id: Id<Adviser>) -> AppResult<Option<Adviser>> {
        ctx.load(id).await
    }

    /// Advisers by number
    #[graphql(guard = "May(Area::Reviewers)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn advisers(
        &self,
        ctx: &Context<'_>,
        filter: Option<AdviserFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<Adviser>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct AdviserMutation;

#[Object]
impl AdviserMutation {
    /// Enters an adviser
    #[graphql(guard = "May(Area::Reviewers)")]
    async fn adviser_create(&self, ctx: &Context<'_>, input: AdviserCreateInput) -> AppResult<AdviserCreatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let branch = match input.branch_id {
            Some(branch) => Some(Branch::named(&mut tx, viewer, "branchId", branch).await?.id),
            None => viewer.bank.as_ref().map(|bank| Id::new(bank.branch_id)),
        };
        let adviser = Adviser::create(&mut tx, branch, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&adviser)).await?;
        tx.commit().await?;
        Ok(AdviserCreatePayload { adviser })
    }

    /// Changes an adviser
    #[graphql(guard = "May(Area::Reviewers)")]
    async fn adviser_update(
        &self,
        ctx: &Context<'_>,
        id: Id<Adviser>,
        input: AdviserUpdateInput,
    ) -> AppResult<AdviserUpdatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = Adviser::find(&mut tx, viewer, id).await?;
        if let Some(branch) = input.branch_id {
            Branch::named(&mut tx, viewer, "branchId", branch).await?;
        }
        let adviser = Adviser::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&adviser)).await?;
        tx.commit().await?;
        Ok(AdviserUpdatePayload { adviser })
    }

    /// Deletes an adviser
    #[graphql(guard = "May(Area::Reviewers)")]
    async fn adviser_delete(&self, ctx: &Context<'_>, id: Id<Adviser>) -> AppResult<AdviserDeletePayload> {
        let mut tx = ctx.begin().await?;
        let adviser = Adviser::find(&mut tx, ctx.viewer()?, id).await?;
        diesel::delete(advisers::table.filter(advisers::id.eq(id))).run(&mut tx).await?;
        AuditEntry::record(&mut tx, ctx, Some(&adviser), None).await?;
        tx.commit().await?;
        Ok(AdviserDeletePayload { adviser })
    }
}
