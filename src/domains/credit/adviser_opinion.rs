//! Opinion of an adviser (金融顾问意见) on what somebody earns, spends and may be lent.
//!
//! Table `adviser_opinions`. 授信总额 is the sum that he may be lent. Neither the person nor the adviser need be known to
//! the bank otherwise.

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use crate::{
    auth::{Area, May, Viewer},
    db::{
        Cols as _, Conn, Id, Money, Run as _, Time, Where,
        sql::{Alike, begins},
        tables::{adviser_opinions, grids},
    },
    domains::{credit::Grid, customers::BankCustomer, engagement::CustomerEvent},
    entity,
    error::AppResult,
    graphql::{
        Connection, ContextExt, Entity, Link, Page, PageInput, Relation,
        entity::Visible,
        id_number::IdNumber,
        input::{self, id_number_key, phone_key, refuse},
        page,
        scalars::Long,
    },
    payload,
};

/// What an adviser thinks of somebody
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, SimpleObject, Serialize)]
#[diesel(table_name = adviser_opinions, treat_none_as_null = true, treat_none_as_default_value = false)]
#[graphql(complex)]
pub struct AdviserOpinion {
    /// Opaque global id
    #[diesel(skip_insertion)]
    pub id: Id<AdviserOpinion>,
    /// Grid that the person lives in
    pub grid_id: Id<Grid>,
    /// Name of the person (legacy customerName)
    pub name: String,
    /// Id number of the person
    pub id_number: String,
    /// Phone number of the person, digits only
    pub phone: String,
    /// What the person earns
    pub income: Option<Money>,
    /// What the person spends
    pub expenditure: Option<Money>,
    /// What the person may be lent (legacy rental, 授信总额)
    pub credit_limit: Option<Money>,
    /// When the adviser signed, in the clients' words (legacy signingTime)
    pub signed_on: String,
    /// Name of the adviser
    pub adviser_name: String,
    /// Remark
    pub comment: Option<String>,
    /// Address of the person (legacy adress)
    pub address: String,
    /// When it was entered
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which opinions
#[derive(Clone, Debug, Default, InputObject)]
pub struct AdviserOpinionFilter {
    /// Of advisers whose names begin with this text
    adviser_name: Option<String>,
    /// On people whose names begin with this text
    name: Option<String>,
    /// On the person with exactly this id number
    id_number: Option<String>,
    /// Of this grid
    grid_id: Option<Id<Grid>>,
    /// Of the grid with this code
    grid_code: Option<String>,
}

/// A new opinion
#[derive(Clone, Debug, InputObject)]
pub struct AdviserOpinionCreateInput {
    /// Grid that the person lives in, or
    grid_id: Option<Id<Grid>>,
    /// its code
    grid_code: Option<String>,
    /// Name of the person, 20 characters at the most
    name: String,
    /// Valid id number of 18 characters
    id_number: String,
    /// Phone number of the person
    phone: String,
    /// What the person earns, 0 to 99,999,999.99
    income: Option<Money>,
    /// What the person spends, 0 to 99,999,999.99
    expenditure: Option<Money>,
    /// What the person may be lent, 0 to 99,999,999.99
    credit_limit: Option<Money>,
    /// When the adviser signed, 16 characters at the most
    signed_on: String,
    /// Name of the adviser, 20 characters at the most
    adviser_name: String,
    /// Remark, 255 characters at the most
    comment: Option<String>,
    /// Address of the person, 50 characters at the most
    address: String,
}

/// Changes of an opinion; what is left out stays
#[derive(Clone, Debug, Default, InputObject)]
pub struct AdviserOpinionUpdateInput {
    /// Grid that the person lives in, or
    grid_id: Option<Id<Grid>>,
    /// its code
    grid_code: Option<String>,
    /// Name of the person, 20 characters at the most
    name: Option<String>,
    /// Valid id number of 18 characters
    id_number: Option<String>,
    /// Phone number of the person
    phone: Option<String>,
    /// What the person earns, 0 to 99,999,999.99
    income: MaybeUndefined<Money>,
    /// What the person spends, 0 to 99,999,999.99
    expenditure: MaybeUndefined<Money>,
    /// What the person may be lent, 0 to 99,999,999.99
    credit_limit: MaybeUndefined<Money>,
    /// When the adviser signed, 16 characters at the most
    signed_on: Option<String>,
    /// Name of the adviser, 20 characters at the most
    adviser_name: Option<String>,
    /// Remark, 255 characters at the most
    comment: MaybeUndefined<String>,
    /// Address of the person, 50 characters at the most
    address: Option<String>,
}

payload! {
    /// The new opinion
    AdviserOpinionCreatePayload { adviser_opinion: AdviserOpinion }
    /// The changed opinion
    AdviserOpinionUpdatePayload { adviser_opinion: AdviserOpinion }
    /// The deleted opinion
    AdviserOpinionDeletePayload { adviser_opinion: AdviserOpinion }
}

entity!(AdviserOpinion, adviser_opinions, asc);

impl Visible for AdviserOpinion {
    type Table = adviser_opinions::table;
    const AREA: Option<Area> = Some(Area::Opinions);

    /// Whoever sees the grid
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Grid::seen(viewer, |grids| Where::default().and(adviser_opinions::grid_id.eq_any(grids)))
    }
}

impl AdviserOpinionFilter {
    fn wanted(&self) -> Where<adviser_opinions::table> {
        Where::default()
            .maybe(self.adviser_name.as_deref(), |name| begins(adviser_opinions::adviser_name, name))
            .maybe(self.name.as_deref(), |name| begins(adviser_opinions::name, name))
            .maybe(self.id_number.as_deref().map(id_number_key), |number| adviser_opinions::id_number.eq(number))
            .maybe(self.grid_id, |grid| adviser_opinions::grid_id.eq(grid))
            .maybe(self.grid_code.clone(), |code| {
                adviser_opinions::grid_id.eq_any(grids::table.filter(grids::code.eq(code)).select(grids::id))
            })
    }
}

impl From<AdviserOpinionCreateInput> for AdviserOpinionUpdateInput {
    fn from(new: AdviserOpinionCreateInput) -> Self {
        AdviserOpinionUpdateInput {
            grid_id: new.grid_id,
            grid_code: new.grid_code,
            name: Some(new.name),
            id_number: Some(new.id_number),
            phone: Some(new.phone),
            income: new.income.map(Some).into(),
            expenditure: new.expenditure.map(Some).into(),
            credit_limit: new.credit_limit.map(Some).into(),
            signed_on: Some(new.signed_on),
            adviser_name: Some(new.adviser_name),
            comment: new.comment.map(Some).into(),
            address: Some(new.address),
        }
    }
}

impl AdviserOpinion {
    /// A row that every rule was kept for; what the input leaves out is blank
    fn new(grid: Id<Grid>, new: AdviserOpinionUpdateInput) -> AppResult<AdviserOpinion> {
        let now = Time::now();
        let blank = AdviserOpinion {
            id: Id::new(0),
            grid_id: grid,
            name: String::new(),
            id_number: String::new(),
            phone: String::new(),
            income: None,
            expenditure: None,
            credit_limit: None,
            signed_on: String::new(),
            adviser_name: String::new(),
            comment: None,
            address: String::new(),
            created_at: now,
            updated_at: now,
        };
        blank.changed(new)
    }

    /// The row with what the input gives; its grid is named by the caller
    fn changed(mut self, change: AdviserOpinionUpdateInput) -> AppResult<AdviserOpinion> {
        if let Some(text) = &change.id_number {
            self.id_number = IdNumber::read("idNumber", text)?.text;
        }
        if let Some(phone) = &change.phone {
            input::phone("phone", phone)?;
            self.phone = phone_key(phone);
        }
        change.income.update_to(&mut self.income);
        change.expenditure.update_to(&mut self.expenditure);
        change.credit_limit.update_to(&mut self.credit_limit);
        change.comment.update_to(&mut self.comment);
        let changed = AdviserOpinion {
            name: change.name.unwrap_or(self.name),
            signed_on: change.signed_on.unwrap_or(self.signed_on),
            adviser_name: change.adviser_name.unwrap_or(self.adviser_name),
            address: change.address.unwrap_or(self.address),
            ..self
        };
        changed.check()?;
        Ok(changed)
    }

    fn check(&self) -> AppResult<()> {
        input::name("name", &self.name, 20)?;
        input::name("signedOn", &self.signed_on, 16)?;
        input::name("adviserName", &self.adviser_name, 20)?;
        input::name("address", &self.address, 50)?;
        input::texts([("comment", self.comment.as_ref(), 255)])?;
        amount("income", self.income)?;
        amount("expenditure", self.expenditure)?;
        amount("creditLimit", self.credit_limit)
    }
}

/// Ten digits, two of them behind the point
fn amount(field: &str, amount: Option<Money>) -> AppResult<()> {
    match amount.is_none_or(|Money(amount)| amount % 100 == 0 && (0..1_000_000_000_000).contains(&amount)) {
        true => Ok(()),
        false => Err(refuse(field, "Must be 0 to 99,999,999.99 with at most two digits behind the point")),
    }
}

impl AdviserOpinion {
    pub const OF_GRID: Relation<AdviserOpinion> =
        Relation { column: adviser_opinions::grid_id::NAME, parent: |opinion| Some(opinion.grid_id.number) };

    const CUSTOMER: Link<BankCustomer> =
        Link::new("opinions_customers", |ids| Alike::pairs("adviser_opinions", "bank_customers", "id_number", ids));

    pub const OF_CUSTOMER: Link<AdviserOpinion> =
        Link::new("customers_opinions", |ids| Alike::pairs("bank_customers", "adviser_opinions", "id_number", ids));

    async fn create(conn: &mut Conn, new: AdviserOpinion) -> QueryResult<AdviserOpinion> {
        diesel::insert_into(adviser_opinions::table).values(new).returning(AdviserOpinion::cols()).one(conn).await
    }

    async fn update(conn: &mut Conn, changed: AdviserOpinion) -> QueryResult<AdviserOpinion> {
        diesel::update(adviser_opinions::table.filter(adviser_opinions::id.eq(changed.id)))
            .set(AdviserOpinion { updated_at: Time::now(), ..changed })
            .returning(AdviserOpinion::cols())
            .one(conn)
            .await
    }
}

#[ComplexObject]
impl AdviserOpinion {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Grid that the person lives in
    pub async fn grid(&self, ctx: &Context<'_>) -> AppResult<Option<Grid>> {
        ctx.load(self.grid_id).await
    }

    /// The person as a customer of the bank, by id number, as far as the viewer may see him
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        Ok(ctx.linked(AdviserOpinion::CUSTOMER, self.id.number).await?.into_iter().next())
    }
}

#[derive(Default)]
pub struct AdviserOpinionQuery;

#[Object]
impl AdviserOpinionQuery {
    /// One opinion of an adviser
    #[graphql(guard = "May(Area::Opinions)")]
    async fn adviser_opinion(&self, ctx: &Context<'_>, id: Id<AdviserOpinion>) -> AppResult<Option<AdviserOpinion>> {
        ctx.load(id).await
    }

    /// Opinions of advisers by number
    #[graphql(guard = "May(Area::Opinions)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn adviser_opinions(
        &self,
        ctx: &Context<'_>,
        filter: Option<AdviserOpinionFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<AdviserOpinion>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct AdviserOpinionMutation;

#[Object]
impl AdviserOpinionMutation {
    /// Enters an opinion of an adviser
    #[graphql(guard = "May(Area::Opinions)")]
    async fn adviser_opinion_create(
        &self,
        ctx: &Context<'_>,
        input: AdviserOpinionCreateInput,
    ) -> AppResult<AdviserOpinionCreatePayload> {
        let input = AdviserOpinionUpdateInput::from(input);
        let mut tx = ctx.begin().await?;
        let grid = Grid::of_input(&mut tx, ctx.viewer()?, input.grid_id, input.grid_code.as_deref()).await?;
        let adviser_opinion = AdviserOpinion::create(&mut tx, AdviserOpinion::new(grid.id, input)?).await?;
        CustomerEvent::record(&mut tx, ctx, None, Some(&adviser_opinion)).await?;
        tx.commit().await?;
        Ok(AdviserOpinionCreatePayload { adviser_opinion })
    }

    /// Changes an opinion of an adviser
    #[graphql(guard = "May(Area::Opinions)")]
    async fn adviser_opinion_update(
        &self,
        ctx: &Context<'_>,
        id: Id<AdviserOpinion>,
        input: AdviserOpinionUpdateInput,
    ) -> AppResult<AdviserOpinionUpdatePayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = AdviserOpinion::find(&mut tx, viewer, id).await?;
        let mut after = before.clone();
        if input.grid_id.is_some() || input.grid_code.is_some() {
            after.grid_id = Grid::of_input(&mut tx, viewer, input.grid_id, input.grid_code.as_deref()).await?.id;
        }
        let adviser_opinion = AdviserOpinion::update(&mut tx, after.changed(input)?).await?;
        CustomerEvent::record(&mut tx, ctx, Some(&before), Some(&adviser_opinion)).await?;
        tx.commit().await?;
        Ok(AdviserOpinionUpdatePayload { adviser_opinion })
    }

    /// Deletes an opinion of an adviser
    #[graphql(guard = "May(Area::Opinions)")]
    async fn adviser_opinion_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<AdviserOpinion>,
    ) -> AppResult<AdviserOpinionDeletePayload> {
        let mut tx = ctx.begin().await?;
        let adviser_opinion = AdviserOpinion::find(&mut tx, ctx.viewer()?, id).await?;
        diesel::delete(adviser_opinions::table.filter(adviser_opinions::id.eq(id))).run(&mut tx).await?;
        CustomerEvent::record(&mut tx, ctx, Some(&adviser_opinion), None).await?;
        tx.commit().await?;
        Ok(AdviserOpinionDeletePayload { adviser_opinion })
    }
}
