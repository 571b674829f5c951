//! Family (家庭): what the bank knows of a household, one for each number of a household (户号), looked after by a customer
//! manager (客户经理).
//!
//! Table `families`. Its people are the residents and the customers with the same number. 参保 are its insurances, 当地
//! 信用环境 is how people of the place keep to what they owe, 社会评价 what the village committee says of the family.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::{
    dsl::{exists, sql},
    prelude::*,
    sql_types::Bool,
};
use serde::Serialize;

use super::{BankCustomer, Resident};
use crate::{
    auth::{Area, BankSight, May, Viewer},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        sql::Alike,
        tables::{bank_customers, families, residents},
    },
    domains::{engagement::CustomerEvent, identity::BankStaff},
    entity,
    error::{AppError, AppResult},
    graphql::{
        ContextExt, Entity, Link, Relation,
        entity::Visible,
        input::{self, refuse},
        scalars::Long,
    },
    payload,
};

/// What the bank knows of a household
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, SimpleObject, Serialize)]
#[diesel(table_name = families)]
#[graphql(complex)]
pub struct Family {
    /// Opaque global id (legacy familyId)
    #[diesel(skip_insertion)]
    pub id: Id<Family>,
    /// Number of the household, up to 20 digits, unique (legacy householdId, 户号)
    pub household_number: String,
    /// Customer manager who looks after it (legacy accountId)
    pub manager_id: Id<BankStaff>,
    /// Number of people
    pub population: i32,
    /// Address
    pub address: String,
    /// Postcode of 6 digits
    pub postcode: String,
    /// How people of the place keep to what they owe (legacy localCredit, 当地信用环境)
    pub local_credit: String,
    /// Whether the family is on good terms (legacy isHarmony, 是否和睦)
    pub is_harmonious: bool,
    /// What the village committee says of it (legacy socialEvaluation, 社会评价)
    pub social_evaluation: String,
    /// Whether it lives on a business of its own (legacy isSelfEntity, 自办实体)
    pub is_self_employed: bool,
    /// Whether it owes taxes other than on income (legacy isOweTax)
    pub owes_tax: bool,
    /// What its business can do (legacy produceCapacity, 生产经营能力)
    pub production_capacity: String,
    /// Where its business is done (legacy produceScene, 生产经营场景)
    pub production_scene: String,
    #[graphql(skip)]
    pub insurances: String,
    /// When it was entered
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// A new family
#[derive(Clone, Debug, InputObject)]
pub struct FamilyCreateInput {
    /// Number of the household, up to 20 digits, unique
    household_number: String,
    /// Customer manager who looks after it; left out: whoever enters it
    manager_id: Option<Id<BankStaff>>,
    /// Number of people, 1 to 100
    population: i32,
    /// Address, 100 characters at the most
    address: String,
    /// Postcode, up to 6 digits; zeros that a number lost are put before it again
    postcode: String,
    /// How people of the place keep to what they owe, 10 characters at the most
    local_credit: String,
    /// Whether the family is on good terms
    is_harmonious: bool,
    /// What the village committee says of it, 20 characters at the most
    social_evaluation: String,
    /// Whether it lives on a business of its own
    is_self_employed: bool,
    /// Whether it owes taxes other than on income
    owes_tax: bool,
    /// What its business can do, 10 characters at the most
    production_capacity: String,
    /// Where its business is done, 20 characters at the most
    production_scene: String,
    /// Its insurances: 医疗保险 (health), 财产保险 (property), 人寿保险 (life), 农业保险 (farming), 其他 (other) or in other
    /// words; 10 at the most, of 20 characters at the most
    insurances: Vec<String>,
}

/// Changes of a family; what is left out stays
#[derive(Clone, Debug, Default, InputObject)]
pub struct FamilyUpdateInput {
    /// Number of the household, up to 20 digits, unique
    household_number: Option<String>,
    /// Customer manager who looks after it
    manager_id: Option<Id<BankStaff>>,
    /// Number of people, 1 to 100
    population: Option<i32>,
    /// Address, 100 characters at the most
    address: Option<String>,
    /// Postcode, up to 6 digits; zeros that a number lost are put before it again
    postcode: Option<String>,
    /// How people of the place keep to what they owe, 10 characters at the most
    local_credit: Option<String>,
    /// Whether the family is on good terms
    is_harmonious: Option<bool>,
    /// What the village committee says of it, 20 characters at the most
    social_evaluation: Option<String>,
    /// Whether it lives on a business of its own
    is_self_employed: Option<bool>,
    /// Whether it owes taxes other than on income
    owes_tax: Option<bool>,
    /// What its business can do, 10 characters at the most
    production_capacity: Option<String>,
    /// Where its business is done, 20 characters at the most
    production_scene: Option<String>,
    /// All its insurances, 10 at the most, of 20 characters at the most
    insurances: Option<Vec<String>>,
}

payload! {
    /// The new family
    FamilyCreatePayload { family: Family }
    /// The changed family
    FamilyUpdatePayload { family: Family }
}

entity!(Family, families, asc);

impl Visible for Family {
    type Table = families::table;
    const AREA: Option<Area> = Some(Area::Families);

    /// Those that he looks after or, but for a customer manager, his staff; and those with somebody in a grid that he
    /// sees
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        let managers = match viewer.bank_sight() {
            BankSight::All => return Where::default(),
            BankSight::Nothing => return Where::nothing(),
            BankSight::Staff(own) => BankStaff::with_ids(vec![Id::new(own)]),
            BankSight::Branch(_) => BankStaff::visible(viewer),
        };
        let living = residents::table
            .filter(residents::household_number.eq(families::household_number))
            .filter(Resident::visible(viewer).inside());
        let banking = bank_customers::table
            .filter(bank_customers::household_number.eq(families::household_number.nullable()))
            .filter(BankCustomer::visible(viewer).inside());
        let managed = families::manager_id.eq_any(BankStaff::numbers(managers));
        Where::default().and(managed.or(exists(living.select(sql::<Bool>("1=1")))).or(exists(banking.select(sql::<
            Bool,
        >(
            "1=1"
        )))))
    }
}

/// Most of its insurances
const MOST: usize = 10;

impl Family {
    pub const OF_MANAGER: Relation<Family> =
        Relation { column: families::manager_id::NAME, parent: |family| Some(family.manager_id.number) };

    pub const OF_CUSTOMER: Link<Family> =
        Link::new("customers_families", |ids| Alike::pairs("bank_customers", "families", "household_number", ids));

    const CUSTOMERS: Link<BankCustomer> =
        Link::new("families_customers", |ids| Alike::pairs("families", "bank_customers", "household_number", ids));

    fn checked(self) -> AppResult<Family> {
        input::digits("householdNumber", &self.household_number)?;
        input::range("population", self.population.into(), 1, 100)?;
        for (field, text, most) in [
            ("address", &self.address, 100),
            ("localCredit", &self.local_credit, 10),
            ("socialEvaluation", &self.social_evaluation, 20),
            ("productionCapacity", &self.production_capacity, 10),
            ("productionScene", &self.production_scene, 20),
        ] {
            input::name(field, text, most)?;
        }
        if self.postcode.is_empty() || self.postcode.len() > 6 || !self.postcode.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refuse("postcode", "Not a postcode of 6 digits"));
        }
        Ok(Family { postcode: format!("{:0>6}", self.postcode), ..self })
    }

    /// Refuses a change that takes the family out of the sight of whoever makes it
    async fn keep_in_sight(&self, conn: &mut Conn, viewer: &Viewer) -> AppResult<()> {
        let seen = Family::visible(viewer).both(Family::with_ids(vec![self.id]));
        match Family::count(conn, seen).await? {
            0 => Err(refuse("managerId", "Only for families that you see: of another manager this would be none")),
            _ => Ok(()),
        }
    }

    async fn create(conn: &mut Conn, new: Family) -> QueryResult<Family> {
        diesel::insert_into(families::table).values(new).returning(Family::cols()).one(conn).await
    }

    async fn update(conn: &mut Conn, changed: Family) -> QueryResult<Family> {
        diesel::update(families::table.filter(families::id.eq(changed.id)))
            .set(Family { updated_at: Time::now(), ..changed })
            .returning(Family::cols())
            .one(conn)
            .await
    }
}

/// As they are kept: one text, with commas
fn joined(insurances: Vec<String>) -> AppResult<String> {
    if insurances.len() > MOST {
        return Err(refuse("insurances", format!("At most {MOST}")));
    }
    for insurance in &insurances {
        input::name("insurances", insurance, 20)?;
        if insurance.contains(',') {
            return Err(refuse("insurances", "No commas"));
        }
    }
    Ok(insurances.join(","))
}

fn taken(error: diesel::result::Error) -> AppError {
    match AppError::from(error) {
        error if error.code == crate::error::Code::Conflict => AppError::conflict("The household has a family already"),
        error => error,
    }
}

#[ComplexObject]
impl Family {
    /// Number of the row in its table (legacy familyId)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Its insurances (legacy insuranceType)
    #[graphql(complexity = 10)]
    pub async fn insurances(&self) -> Vec<&str> {
        self.insurances.split(',').filter(|insurance| !insurance.is_empty()).collect()
    }

    /// Customer manager who looks after it, as far as the viewer may see him
    pub async fn manager(&self, ctx: &Context<'_>) -> AppResult<Option<BankStaff>> {
        ctx.load(self.manager_id).await
    }

    /// Residents of the household, 200 at the most, the deleted ones too, as far as the viewer may look for them
    #[graphql(complexity = "5 * child_complexity")]
    pub async fn residents(&self, ctx: &Context<'_>) -> AppResult<Vec<Resident>> {
        ctx.linked_rows(Resident::OF_FAMILY, self.id.number).await
    }

    /// Customers of the household, 200 at the most, as far as the viewer may look for them
    #[graphql(complexity = "5 * child_complexity")]
    pub async fn customers(&self, ctx: &Context<'_>) -> AppResult<Vec<BankCustomer>> {
        ctx.linked_rows(Family::CUSTOMERS, self.id.number).await
    }
}

#[derive(Default)]
pub struct FamilyQuery;

#[Object]
impl FamilyQuery {
    /// One family
    #[graphql(guard = "May(Area::Families)")]
    async fn family(&self, ctx: &Context<'_>, id: Id<Family>) -> AppResult<Option<Family>> {
        ctx.load(id).await
    }

    /// The family of the household with this number
    #[graphql(guard = "May(Area::Families)")]
    async fn family_by_household(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole number (legacy householdId)")] household_number: String,
    ) -> AppResult<Option<Family>> {
        let wanted = Family::visible(ctx.viewer()?).and(families::household_number.eq(household_number));
        Ok(Family::fetch(&mut ctx.read().await?, wanted, Family::ORDER.first(1)).await?.into_iter().next())
    }
}

#[derive(Default)]
pub struct FamilyMutation;

#[Object]
impl FamilyMutation {
    /// Enters what is known of a household
    #[graphql(guard = "May(Area::Families)")]
    async fn family_create(&self, ctx: &Context<'_>, input: FamilyCreateInput) -> AppResult<FamilyCreatePayload> {
        let viewer = ctx.viewer()?;
        let manager = input.manager_id.or(BankStaff::asking(viewer));
        let manager_id = manager.ok_or_else(|| refuse("managerId", "Name the customer manager"))?;
        let now = Time::now();
        let new = Family {
            id: Id::new(0),
            household_number: input.household_number,
            manager_id,
            population: input.population,
            address: input.address,
            postcode: input.postcode,
            local_credit: input.local_credit,
            is_harmonious: input.is_harmonious,
            social_evaluation: input.social_evaluation,
            is_self_employed: input.is_self_employed,
            owes_tax: input.owes_tax,
            production_capacity: input.production_capacity,
            production_scene: input.production_scene,
            insurances: joined(input.insurances)?,
            created_at: now,
            updated_at: now,
        };
        let new = new.checked()?;
        let mut tx = ctx.begin().await?;
        BankStaff::named(&mut tx, viewer, "managerId", manager_id).await?;
        let family = Family::create(&mut tx, new).await.map_err(taken)?;
        family.keep_in_sight(&mut tx, viewer).await?;
        CustomerEvent::record(&mut tx, ctx, None, Some(&family)).await?;
        tx.commit().await?;
        Ok(FamilyCreatePayload { family })
    }

    /// Changes what is known of a household
    #[graphql(guard = "May(Area::Families)")]
    async fn family_update(
        &self,
        ctx: &Context<'_>,
        id: Id<Family>,
        input: FamilyUpdateInput,
    ) -> AppResult<FamilyUpdatePayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = Family::find(&mut tx, viewer, id).await?;
        let old = before.clone();
        let after = Family {
            household_number: input.household_number.unwrap_or(old.household_number),
            manager_id: input.manager_id.unwrap_or(old.manager_id),
            population: input.population.unwrap_or(old.population),
            address: input.address.unwrap_or(old.address),
            postcode: input.postcode.unwrap_or(old.postcode),
            local_credit: input.local_credit.unwrap_or(old.local_credit),
            is_harmonious: input.is_harmonious.unwrap_or(old.is_harmonious),
            social_evaluation: input.social_evaluation.unwrap_or(old.social_evaluation),
            is_self_employed: input.is_self_employed.unwrap_or(old.is_self_employed),
            owes_tax: input.owes_tax.unwrap_or(old.owes_tax),
            production_capacity: input.production_capacity.unwrap_or(old.production_capacity),
            production_scene: input.production_scene.unwrap_or(old.production_scene),
            insurances: input.insurances.map_or(Ok(old.insurances), joined)?,
            ..old
        };
        if after.manager_id != before.manager_id {
            BankStaff::named(&mut tx, viewer, "managerId", after.manager_id).await?;
        }
        let family = Family::update(&mut tx, after.checked()?).await.map_err(taken)?;
        family.keep_in_sight(&mut tx, viewer).await?;
        CustomerEvent::record(&mut tx, ctx, Some(&before), Some(&family)).await?;
        tx.commit().await?;
        Ok(FamilyUpdatePayload { family })
    }
}
