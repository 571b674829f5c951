//! What a customer owns and earns (客户资产), told by himself or estimated by whoever investigated him.
//!
//! Table `customer_assets`, one row for a customer. Amounts are in yuan, land in mu (亩), both exact to 1/10000.

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::{BankCustomer, bank_customer::Occupation, industry::Industry};
use crate::{
    auth::{Area, May, Viewer},
    db::{Cols as _, Conn, Decimal, Id, Money, Run as _, Time, Where, tables::customer_assets},
    domains::engagement::CustomerEvent,
    entity,
    error::{AppError, AppResult},
    graphql::{
        ContextExt, Entity, Relation,
        entity::Visible,
        input::{self, found},
        scalars::Long,
    },
    payload,
};

/// What a customer owns and earns
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, SimpleObject, Serialize)]
#[diesel(table_name = customer_assets, treat_none_as_null = true, treat_none_as_default_value = false)]
#[graphql(complex)]
pub struct CustomerAssets {
    /// Opaque global id
    #[diesel(skip_insertion)]
    pub id: Id<CustomerAssets>,
    /// Whose they are
    pub customer_id: Id<BankCustomer>,
    /// Industry that the customer works in
    pub industry: Option<Industry>,
    /// What the customer works as (legacy career)
    pub occupation: Option<Occupation>,
    /// Name of the employer (legacy companyName)
    pub employer_name: Option<String>,
    /// Address of the employer (legacy companyAddress)
    pub employer_address: Option<String>,
    /// Years of work (legacy workYear)
    pub working_years: Option<i32>,
    /// Number of houses (legacy houseNumber)
    pub houses: Option<i32>,
    /// Estimated value of the houses (legacy housePrice)
    pub house_value: Option<Money>,
    /// Number of cars (legacy carNumber)
    pub cars: Option<i32>,
    /// Estimated value of the cars (legacy carPrice)
    pub car_value: Option<Money>,
    /// Income of a year (legacy yearSalary)
    pub yearly_income: Option<Money>,
    /// Number of shops (legacy shopNumber)
    pub shops: Option<i32>,
    /// Value of the shops (legacy shopPrice)
    pub shop_value: Option<Money>,
    /// Number of machines (legacy equipmentNumber)
    pub machines: Option<i32>,
    /// Value of the machines (legacy equipmentPrice)
    pub machine_value: Option<Money>,
    /// What is left of a year's income (legacy yearSurplus)
    pub yearly_surplus: Option<Money>,
    /// Land in mu, 1/15 of a hectare (legacy landAcreage)
    pub land_area: Option<Decimal>,
    /// Number of greenhouses (legacy greenhouseNumber)
    pub greenhouses: Option<i32>,
    /// What the customer plants or breeds (legacy breedType)
    pub breeds: Option<String>,
    /// How many animals the customer keeps (legacy breedNumber)
    pub breed_count: Option<i32>,
    /// Income of the business (legacy companyEarnings)
    pub business_income: Option<Money>,
    /// Whatever else there is
    pub other: Option<String>,
    /// Business licenses, several with commas between them (legacy businessLicense)
    pub business_licenses: Option<String>,
    /// Whether the customer has an income from farming (legacy isFarmIncome)
    pub has_farm_income: Option<bool>,
    /// Whether the customer has an income from a business (legacy isBusinessIncome)
    pub has_business_income: Option<bool>,
    /// When they were entered
    pub created_at: Time,
    /// When they were last changed
    pub updated_at: Time,
}

/// What is entered of a customer's assets, or changed: what is left out stays as it is
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerAssetsInput {
    /// Industry that the customer works in
    industry: MaybeUndefined<Industry>,
    /// What the customer works as
    occupation: MaybeUndefined<Occupation>,
    /// Name of the employer, 50 characters at the most
    employer_name: MaybeUndefined<String>,
    /// Address of the employer, 100 characters at the most
    employer_address: MaybeUndefined<String>,
    /// Years of work, 0 to 100
    working_years: MaybeUndefined<i32>,
    /// Number of houses
    houses: MaybeUndefined<i32>,
    /// Estimated value of the houses
    house_value: MaybeUndefined<Money>,
    /// Number of cars
    cars: MaybeUndefined<i32>,
    /// Estimated value of the cars
    car_value: MaybeUndefined<Money>,
    /// Income of a year
    yearly_income: MaybeUndefined<Money>,
    /// Number of shops
    shops: MaybeUndefined<i32>,
    /// Value of the shops
    shop_value: MaybeUndefined<Money>,
    /// Number of machines
    machines: MaybeUndefined<i32>,
    /// Value of the machines
    machine_value: MaybeUndefined<Money>,
    /// What is left of a year's income
    yearly_surplus: MaybeUndefined<Money>,
    /// Land in mu, 1/15 of a hectare
    land_area: MaybeUndefined<Decimal>,
    /// Number of greenhouses
    greenhouses: MaybeUndefined<i32>,
    /// What the customer plants or breeds, 100 characters at the most
    breeds: MaybeUndefined<String>,
    /// How many animals the customer keeps
    breed_count: MaybeUndefined<i32>,
    /// Income of the business
    business_income: MaybeUndefined<Money>,
    /// Whatever else there is, 255 characters at the most
    other: MaybeUndefined<String>,
    /// Business licenses, several with commas between them, 1000 characters at the most
    business_licenses: MaybeUndefined<String>,
    /// Whether the customer has an income from farming
    has_farm_income: MaybeUndefined<bool>,
    /// Whether the customer has an income from a business
    has_business_income: MaybeUndefined<bool>,
}

payload! {
    /// The new assets
    CustomerAssetsCreatePayload { customer_assets: CustomerAssets }
    /// The changed assets
    CustomerAssetsUpdatePayload { customer_assets: CustomerAssets }
}

entity!(CustomerAssets, customer_assets, asc);

impl Visible for CustomerAssets {
    type Table = customer_assets::table;
    const AREA: Option<Area> = Some(Area::Assets);

    /// Whoever sees the customer
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        BankCustomer::seen(viewer, |customers| Where::default().and(customer_assets::customer_id.eq_any(customers)))
    }
}

/// Most of anything that is counted
const MOST: i64 = 1_000_000;

impl CustomerAssetsInput {
    /// Puts what is given into the row, where that may be
    fn apply(self, row: &mut CustomerAssets) -> AppResult<()> {
        self.industry.update_to(&mut row.industry);
        self.occupation.update_to(&mut row.occupation);
        self.employer_name.update_to(&mut row.employer_name);
        self.employer_address.update_to(&mut row.employer_address);
        self.working_years.update_to(&mut row.working_years);
        self.houses.update_to(&mut row.houses);
        self.house_value.update_to(&mut row.house_value);
        self.cars.update_to(&mut row.cars);
        self.car_value.update_to(&mut row.car_value);
        self.yearly_income.update_to(&mut row.yearly_income);
        self.shops.update_to(&mut row.shops);
        self.shop_value.update_to(&mut row.shop_value);
        self.machines.update_to(&mut row.machines);
        self.machine_value.update_to(&mut row.machine_value);
        self.yearly_surplus.update_to(&mut row.yearly_surplus);
        self.land_area.update_to(&mut row.land_area);
        self.greenhouses.update_to(&mut row.greenhouses);
        self.breeds.update_to(&mut row.breeds);
        self.breed_count.update_to(&mut row.breed_count);
        self.business_income.update_to(&mut row.business_income);
        self.other.update_to(&mut row.other);
        self.business_licenses.update_to(&mut row.business_licenses);
        self.has_farm_income.update_to(&mut row.has_farm_income);
        self.has_business_income.update_to(&mut row.has_business_income);
        input::texts([
            ("employerName", row.employer_name.as_ref(), 50),
            ("employerAddress", row.employer_address.as_ref(), 100),
            ("breeds", row.breeds.as_ref(), 100),
            ("other", row.other.as_ref(), 255),
            ("businessLicenses", row.business_licenses.as_ref(), 1000),
        ])?;
        let counts = [
            ("workingYears", row.working_years.map(i64::from), 100),
            ("houses", row.houses.map(i64::from), MOST),
            ("cars", row.cars.map(i64::from), MOST),
            ("shops", row.shops.map(i64::from), MOST),
            ("machines", row.machines.map(i64::from), MOST),
            ("greenhouses", row.greenhouses.map(i64::from), MOST),
            ("breedCount", row.breed_count.map(i64::from), MOST),
        ];
        let amounts = [
            ("houseValue", row.house_value.map(|it| it.0), i64::MAX),
            ("carValue", row.car_value.map(|it| it.0), i64::MAX),
            ("yearlyIncome", row.yearly_income.map(|it| it.0), i64::MAX),
            ("shopValue", row.shop_value.map(|it| it.0), i64::MAX),
            ("machineValue", row.machine_value.map(|it| it.0), i64::MAX),
            ("landArea", row.land_area.map(|it| it.0), i64::MAX),
        ];
        for (field, value, most) in counts.into_iter().chain(amounts) {
            value.map_or(Ok(()), |value| input::range(field, value, 0, most))?;
        }
        Ok(())
    }
}

impl CustomerAssets {
    pub const OF_CUSTOMER: Relation<CustomerAssets> =
        Relation { column: customer_assets::customer_id::NAME, parent: |row| Some(row.customer_id.number) };

    fn blank(customer: Id<BankCustomer>) -> CustomerAssets {
        let now = Time::now();
        CustomerAssets {
            id: Id::new(0),
            customer_id: customer,
            industry: None,
            occupation: None,
            employer_name: None,
            employer_address: None,
            working_years: None,
            houses: None,
            house_value: None,
            cars: None,
            car_value: None,
            yearly_income: None,
            shops: None,
            shop_value: None,
            machines: None,
            machine_value: None,
            yearly_surplus: None,
            land_area: None,
            greenhouses: None,
            breeds: None,
            breed_count: None,
            business_income: None,
            other: None,
            business_licenses: None,
            has_farm_income: None,
            has_business_income: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Those of the customer that arguments name
    async fn of_argument(
        conn: &mut Conn,
        viewer: &Viewer,
        id: Option<Id<BankCustomer>>,
        id_number: Option<&str>,
    ) -> AppResult<CustomerAssets> {
        let customer = BankCustomer::of_argument(conn, viewer, id, id_number).await?;
        let own = Where::default().and(customer_assets::customer_id.eq(customer.id));
        let rows = CustomerAssets::fetch(conn, own, CustomerAssets::ORDER.first(1)).await?;
        rows.into_iter().next().ok_or_else(|| AppError::not_found(CustomerAssets::NAME))
    }

    async fn create(conn: &mut Conn, row: CustomerAssets) -> QueryResult<CustomerAssets> {
        diesel::insert_into(customer_assets::table).values(row).returning(CustomerAssets::cols()).one(conn).await
    }

    async fn update(conn: &mut Conn, row: CustomerAssets) -> QueryResult<CustomerAssets> {
        let changed = CustomerAssets { updated_at: Time::now(), ..row };
        diesel::update(customer_assets::table.filter(customer_assets::id.eq(changed.id)))
            .set(changed)
            .returning(CustomerAssets::cols())
            .one(conn)
            .await
    }
}

#[ComplexObject]
impl CustomerAssets {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Whose they are
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        ctx.load(self.customer_id).await
    }
}

#[derive(Default)]
pub struct CustomerAssetsQuery;

#[Object]
impl CustomerAssetsQuery {
    /// What a customer owns and earns
    #[graphql(guard = "May(Area::Assets)")]
    async fn customer_assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The customer, or")] customer_id: Option<Id<BankCustomer>>,
        #[graphql(desc = "his id number")] id_number: Option<String>,
    ) -> AppResult<Option<CustomerAssets>> {
        let (mut conn, viewer) = (ctx.read().await?, ctx.viewer()?);
        found(CustomerAssets::of_argument(&mut conn, viewer, customer_id, id_number.as_deref()).await)
    }
}

#[derive(Default)]
pub struct CustomerAssetsMutation;

#[Object]
impl CustomerAssetsMutation {
    /// Enters what a customer owns and earns, once
    #[graphql(guard = "May(Area::Assets)")]
    async fn customer_assets_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The customer, or")] customer_id: Option<Id<BankCustomer>>,
        #[graphql(desc = "his id number")] id_number: Option<String>,
        input: CustomerAssetsInput,
    ) -> AppResult<CustomerAssetsCreatePayload> {
        let mut tx = ctx.begin().await?;
        let customer = BankCustomer::of_argument(&mut tx, ctx.viewer()?, customer_id, id_number.as_deref()).await?;
        let mut row = CustomerAssets::blank(customer.id);
        input.apply(&mut row)?;
        let customer_assets = CustomerAssets::create(&mut tx, row).await?;
        CustomerEvent::record(&mut tx, ctx, None, Some(&customer_assets)).await?;
        tx.commit().await?;
        Ok(CustomerAssetsCreatePayload { customer_assets })
    }

    /// Changes what a customer owns and earns
    #[graphql(guard = "May(Area::Assets)")]
    async fn customer_assets_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The customer, or")] customer_id: Option<Id<BankCustomer>>,
        #[graphql(desc = "his id number")] id_number: Option<String>,
        input: CustomerAssetsInput,
    ) -> AppResult<CustomerAssetsUpdatePayload> {
        let (mut tx, viewer) = (ctx.begin().await?, ctx.viewer()?);
        let before = CustomerAssets::of_argument(&mut tx, viewer, customer_id, id_number.as_deref()).await?;
        let mut row = before.clone();
        input.apply(&mut row)?;
        let customer_assets = CustomerAssets::update(&mut tx, row).await?;
        CustomerEvent::record(&mut tx, ctx, Some(&before), Some(&customer_assets)).await?;
        tx.commit().await?;
        Ok(CustomerAssetsUpdatePayload { customer_assets })
    }
}
