//! Somebody whom a court lists as dishonest (失信被执行人): he does not do what a judgement tells him to.
//!
//! Table `dishonest_persons`, once for each case of an id number. Nobody enters him: [`import`] asks an outside source
//! about each resident. 执行依据 is the ground of the enforcement, 立案 its registration, 案号 the number of the case.

mod case;
pub mod import;

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::{prelude::*, upsert::excluded};
use serde::Serialize;

use super::{BankCustomer, Resident};
use crate::{
    auth::{Area, BankSight, May, Viewer},
    db::{
        Conn, Id, Run as _, Time, Where,
        sql::{Alike, Many, begins},
        tables::{bank_customers, dishonest_persons, residents},
    },
    domains::identity::{AuditEntry, BackgroundJob, background_job::JobKind},
    entity,
    error::{AppError, AppResult},
    graphql::{
        Connection, ContextExt, Entity, Link, Page, PageInput, entity::Visible, id_number, input::id_number_key, page,
        scalars::Long,
    },
    outside::dishonesty,
    payload,
};

// Nothing but the id number relates the tables.
diesel::allow_tables_to_appear_in_same_query!(dishonest_persons, residents);
diesel::allow_tables_to_appear_in_same_query!(dishonest_persons, bank_customers);

/// Somebody whom a court lists as dishonest, for one case
#[derive(Clone, Debug, Queryable, Selectable, Insertable, SimpleObject, Serialize)]
#[diesel(table_name = dishonest_persons, treat_none_as_default_value = false)]
#[graphql(complex)]
pub struct DishonestPerson {
    /// Opaque global id
    #[diesel(skip_insertion)]
    pub id: Id<DishonestPerson>,
    /// Name (legacy performedName)
    pub name: String,
    #[graphql(skip)]
    pub id_number: String,
    /// Sex, in the court's words
    pub sex: String,
    /// Age
    pub age: i32,
    /// Province (legacy areaName)
    pub province: String,
    /// Court that enforces (legacy courtName)
    pub court: String,
    /// Number of the judgement that is enforced (legacy gistId)
    pub ground_number: String,
    /// When the case was registered (legacy registerDate)
    pub registered_on: String,
    /// Number of the case (legacy caseCode)
    pub case_number: String,
    /// Who made the judgement (legacy gistInstitution)
    pub ground_issuer: String,
    /// What the judgement tells him to do (legacy duty)
    pub duty: String,
    /// How far he did it (legacy performance)
    pub performance: String,
    /// What makes him dishonest (legacy concreteReason)
    pub circumstances: String,
    /// Kind of dishonesty (legacy type)
    pub kind: String,
    /// When the court published it
    pub published_at: Time,
    /// When it was imported
    pub created_at: Time,
    /// When it was last imported
    pub updated_at: Time,
}

/// Which dishonest persons
#[derive(Clone, Debug, Default, InputObject)]
pub struct DishonestPersonFilter {
    /// Whose name begins with this text (legacy performedName)
    name: Option<String>,
    /// With exactly this id number (legacy cardNumber)
    id_number: Option<String>,
}

payload! {
    /// The job that imports: a new one, or the one that runs already
    DishonestPersonImportPayload { background_job: BackgroundJob }
}

entity!(DishonestPerson, dishonest_persons, asc);

impl Visible for DishonestPerson {
    type Table = dishonest_persons::table;
    const AREA: Option<Area> = Some(Area::Dishonesty);

    /// Whoever sees the person as a resident or as a customer
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.bank_sight() {
            BankSight::All => Where::default(),
            BankSight::Nothing => Where::nothing(),
            _ => {
                let residents =
                    residents::table.filter(Resident::visible(viewer).inside()).select(residents::id_number);
                let customers = bank_customers::table
                    .filter(BankCustomer::visible(viewer).inside())
                    .select(bank_customers::id_number);
                Where::default().and(dishonest_persons::id_number.eq_any(residents.union_all(customers)))
            }
        }
    }
}

impl DishonestPersonFilter {
    fn wanted(&self) -> Where<dishonest_persons::table> {
        Where::default()
            .maybe(self.name.as_deref(), |name| begins(dishonest_persons::name, name))
            .maybe(self.id_number.as_deref().map(id_number_key), |number| dishonest_persons::id_number.eq(number))
    }
}

impl DishonestPerson {
    pub const OF_CUSTOMER: Link<DishonestPerson> =
        Link::new("customers_dishonest", |ids| Alike::pairs("bank_customers", "dishonest_persons", "id_number", ids));

    pub const CUSTOMER: Link<BankCustomer> =
        Link::new("dishonest_customers", |ids| Alike::pairs("dishonest_persons", "bank_customers", "id_number", ids));

    pub const RESIDENT: Link<Resident> =
        Link::new("dishonest_residents", |ids| Alike::pairs("dishonest_persons", "residents", "id_number", ids));

    /// Keeps what the source said; a case that is known becomes what it says now
    async fn store(conn: &mut Conn, rows: Vec<DishonestPerson>) -> QueryResult<usize> {
        if rows.is_empty() {
            return Ok(0);
        }
        diesel::insert_into(dishonest_persons::table)
            .values(Many(rows))
            .on_conflict((dishonest_persons::id_number, dishonest_persons::case_number))
            .do_update()
            .set((
                dishonest_persons::name.eq(excluded(dishonest_persons::name)),
                dishonest_persons::sex.eq(excluded(dishonest_persons::sex)),
                dishonest_persons::age.eq(excluded(dishonest_persons::age)),
                dishonest_persons::province.eq(excluded(dishonest_persons::province)),
                dishonest_persons::court.eq(excluded(dishonest_persons::court)),
                dishonest_persons::ground_number.eq(excluded(dishonest_persons::ground_number)),
                dishonest_persons::registered_on.eq(excluded(dishonest_persons::registered_on)),
                dishonest_persons::ground_issuer.eq(excluded(dishonest_persons::ground_issuer)),
                dishonest_persons::duty.eq(excluded(dishonest_persons::duty)),
                dishonest_persons::performance.eq(excluded(dishonest_persons::performance)),
                dishonest_persons::circumstances.eq(excluded(dishonest_persons::circumstances)),
                dishonest_persons::kind.eq(excluded(dishonest_persons::kind)),
                dishonest_persons::published_at.eq(excluded(dishonest_persons::published_at)),
                dishonest_persons::updated_at.eq(excluded(dishonest_persons::updated_at)),
            ))
            .run(conn)
            .await
    }
}

#[ComplexObject]
impl DishonestPerson {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Id number (legacy cardNumber); masked for whoever may not work with dishonest persons
    pub async fn id_number(&self, ctx: &Context<'_>) -> AppResult<String> {
        id_number::shown(ctx, Area::Dishonesty, &self.id_number)
    }

    /// The same person as a customer of the bank, by id number, as far as the viewer may see him
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        Ok(ctx.linked(DishonestPerson::CUSTOMER, self.id.number).await?.into_iter().next())
    }

    /// The same person in the household register, by id number, as far as the viewer may see him
    pub async fn resident(&self, ctx: &Context<'_>) -> AppResult<Option<Resident>> {
        Ok(ctx.linked(DishonestPerson::RESIDENT, self.id.number).await?.into_iter().next())
    }
}

#[derive(Default)]
pub struct DishonestPersonQuery;

#[Object]
impl DishonestPersonQuery {
    /// One dishonest person
    #[graphql(guard = "May(Area::Dishonesty)")]
    async fn dishonest_person(&self, ctx: &Context<'_>, id: Id<DishonestPerson>) -> AppResult<Option<DishonestPerson>> {
        ctx.load(id).await
    }

    /// Dishonest persons by number
    #[graphql(guard = "May(Area::Dishonesty)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn dishonest_persons(
        &self,
        ctx: &Context<'_>,
        filter: Option<DishonestPersonFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<DishonestPerson>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct DishonestPersonMutation;

#[Object]
impl DishonestPersonMutation {
    /// Starts a job that asks the outside source about each resident in the register; answers at once, with the job that
    /// runs already where there is one. Only for the headquarters: it goes through all residents of the bank
    #[graphql(guard = "May(Area::Dishonesty)")]
    async fn dishonest_person_import(&self, ctx: &Context<'_>) -> AppResult<DishonestPersonImportPayload> {
        let viewer = ctx.viewer()?;
        if viewer.bank_sight() != BankSight::All {
            return Err(AppError::forbidden("Only for the headquarters: it goes through all residents of the bank"));
        }
        dishonesty::configured(ctx.app())?;
        let active = Where::default().and(residents::is_active.eq(true));
        let total = Resident::count(&mut ctx.read().await?, active).await?;
        let mut tx = ctx.begin().await?;
        let (background_job, is_new) =
            BackgroundJob::start(&mut tx, viewer, JobKind::DishonestPersonImport, total).await?;
        if is_new {
            AuditEntry::record(&mut tx, ctx, None, Some(&background_job)).await?;
        }
        tx.commit().await?;
        Ok(DishonestPersonImportPayload { background_job })
    }
}
