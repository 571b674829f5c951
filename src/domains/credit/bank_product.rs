//! Product that the bank offers (银行产品), such as a loan at a rate.
//!
//! Table `bank_products`. A product is open (开启) or closed (关闭); only open ones are offered. Its code is made by the
//! server and never changes, because customers' products name it.

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::ProductAccount;
use crate::{
    auth::{Area, May, Realm, Viewer},
    codes,
    db::{Cols as _, Conn, Id, Rate, Run as _, Time, Where, sql::contains, tables::bank_products},
    domains::identity::AuditEntry,
    entity,
    error::AppResult,
    graphql::{
        Connection, ContextExt, Entity, Page, PageInput,
        entity::Visible,
        input::{self, patch, refuse},
        page,
        scalars::Long,
    },
    payload,
};

codes! {
    /// Money that a customer has at the bank, or owes it (legacy amountType, 存贷款类型)
    pub enum BalanceKind {
        /// Deposits (legacy 1 存款)
        Deposit = 1 "存款",
        /// Loans (legacy 2 贷款)
        Loan = 2 "贷款",
    }
}

/// Product that the bank offers
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = bank_products)]
#[graphql(complex)]
pub struct BankProduct {
    /// Opaque global id
    pub id: Id<BankProduct>,
    /// Code, made by the server
    pub code: String,
    /// Name
    pub name: String,
    /// Whether it is offered (legacy state: 0 closed, 1 open)
    pub is_open: bool,
    /// Rate of interest in per cent
    pub rate: Rate,
    /// Description (legacy explain)
    pub description: String,
    /// When it was entered
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
    /// What its accounts add to; null: to neither
    pub balance_kind: Option<BalanceKind>,
}

/// Which products
#[derive(Clone, Debug, Default, InputObject)]
pub struct BankProductFilter {
    /// With this text in the name
    name: Option<String>,
    /// With exactly this code
    code: Option<String>,
    /// Offered, or not
    is_open: Option<bool>,
}

/// A new product
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = bank_products)]
pub struct BankProductCreateInput {
    /// Name, 20 characters at the most
    name: String,
    /// Whether it is offered
    #[graphql(default = true)]
    is_open: bool,
    /// Rate of interest in per cent, 0 to 99.99
    rate: Rate,
    /// Description, 255 characters at the most
    description: String,
    /// What its accounts add to, deposits or loans
    balance_kind: Option<BalanceKind>,
}

/// Changes of a product; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct BankProductUpdateInput {
    /// Name, 20 characters at the most
    name: Option<String>,
    /// Whether it is offered
    is_open: Option<bool>,
    /// Rate of interest in per cent, 0 to 99.99
    rate: Option<Rate>,
    /// Description, 255 characters at the most
    description: Option<String>,
    /// What accounts that are opened or changed from now on add to, deposits or loans
    balance_kind: MaybeUndefined<BalanceKind>,
}

payload! {
    /// The new product
    BankProductCreatePayload { bank_product: BankProduct }
    /// The changed product
    BankProductUpdatePayload { bank_product: BankProduct }
    /// The deleted product
    BankProductDeletePayload { bank_product: BankProduct }
}

entity!(BankProduct, bank_products, asc);

impl Visible for BankProduct {
    type Table = bank_products::table;
    const AREA: Option<Area> = Some(Area::Products);

    /// Staff know what the bank offers and has offered
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Bank))
    }
}

impl BankProductFilter {
    fn wanted(&self) -> Where<bank_products::table> {
        Where::default()
            .maybe(self.name.as_deref(), |name| contains(bank_products::name, name))
            .maybe(self.code.clone(), |code| bank_products::code.eq(code))
            .maybe(self.is_open, |open| bank_products::is_open.eq(open))
    }
}

/// Four digits, two of them behind the point
fn rate(rate: Rate) -> AppResult<()> {
    match rate.0 % 100 == 0 && (0..100_0000).contains(&rate.0) {
        true => Ok(()),
        false => Err(refuse("rate", "Must be 0 to 99.99 with at most two digits behind the point")),
    }
}

impl BankProductCreateInput {
    fn check(&self) -> AppResult<()> {
        input::name("name", &self.name, 20)?;
        rate(self.rate)?;
        input::name("description", &self.description, 255)
    }
}

impl BankProductUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, 20))?;
        self.rate.map_or(Ok(()), rate)?;
        self.description.as_ref().map_or(Ok(()), |text| input::name("description", text, 255))
    }
}

impl BankProduct {
    async fn create(conn: &mut Conn, new: BankProductCreateInput) -> QueryResult<BankProduct> {
        let now = Time::now();
        // The code follows from the number, which is known afterwards; until then it is one that no other row has.
        let code = format!("{:016x}", rand::random::<u64>());
        let times = (bank_products::created_at.eq(now), bank_products::updated_at.eq(now));
        let row = (new, bank_products::code.eq(code), times);
        let id: i64 =
            diesel::insert_into(bank_products::table).values(row).returning(bank_products::id).one(conn).await?;
        diesel::update(bank_products::table.filter(bank_products::id.eq(id)))
            .set(bank_products::code.eq(format!("BP{id:06}")))
            .returning(BankProduct::cols())
            .one(conn)
            .await
    }

    async fn update(conn: &mut Conn, id: Id<BankProduct>, change: BankProductUpdateInput) -> QueryResult<BankProduct> {
        diesel::update(bank_products::table.filter(bank_products::id.eq(id)))
            .set((
                change.name.map(|value| bank_products::name.eq(value)),
                change.is_open.map(|value| bank_products::is_open.eq(value)),
                change.rate.map(|value| bank_products::rate.eq(value)),
                change.description.map(|value| bank_products::description.eq(value)),
                patch(change.balance_kind).map(|value| bank_products::balance_kind.eq(value)),
                bank_products::updated_at.eq(Time::now()),
            ))
            .returning(BankProduct::cols())
            .one(conn)
            .await
    }

    async fn delete(conn: &mut Conn, id: Id<BankProduct>) -> QueryResult<usize> {
        diesel::delete(bank_products::table.filter(bank_products::id.eq(id))).run(conn).await
    }
}

#[ComplexObject]
impl BankProduct {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Accounts of customers for the product
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn accounts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<ProductAccount>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(ProductAccount::OF_PRODUCT, self.id.number, page).await
    }
}

#[derive(Default)]
pub struct BankProductQuery;

#[Object]
impl BankProductQuery {
    /// One product of the bank
    #[graphql(guard = "May(Area::Products)")]
    async fn bank_product(&self, ctx: &Context<'_>, id: Id<BankProduct>) -> AppResult<Option<BankProduct>> {
        ctx.load(id).await
    }

    /// Products of the bank by number
    #[graphql(guard = "May(Area::Products)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn bank_products(
        &self,
        ctx: &Context<'_>,
        filter: Option<BankProductFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<BankProduct>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }

    /// All products that the bank offers now, by number, unless there are more than 1,000: for whoever sells them
    #[graphql(guard = "May(Area::Holdings)", complexity = "page::whole(child_complexity)")]
    async fn offered_bank_products(&self, ctx: &Context<'_>) -> AppResult<Vec<BankProduct>> {
        ctx.whole("page", Where::default().and(bank_products::is_open.eq(true))).await
    }
}

#[derive(Default)]
pub struct BankProductMutation;

#[Object]
impl BankProductMutation {
    /// Enters a product
    #[graphql(guard = "May(Area::Products)")]
    async fn bank_product_create(
        &self,
        ctx: &Context<'_>,
        input: BankProductCreateInput,
    ) -> AppResult<BankProductCreatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let bank_product = BankProduct::create(&mut tx, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&bank_product)).await?;
        tx.commit().await?;
        Ok(BankProductCreatePayload { bank_product })
    }

    /// Changes a product, opens or closes it
    #[graphql(guard = "May(Area::Products)")]
    async fn bank_product_update(
        &self,
        ctx: &Context<'_>,
        id: Id<BankProduct>,
        input: BankProductUpdateInput,
    ) -> AppResult<BankProductUpdatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let before = BankProduct::find(&mut tx, ctx.viewer()?, id).await?;
        let bank_product = BankProduct::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&bank_product)).await?;
        tx.commit().await?;
        Ok(BankProductUpdatePayload { bank_product })
    }

    /// Deletes a product that no customer has
    #[graphql(guard = "May(Area::Products)")]
    async fn bank_product_delete(&self, ctx: &Context<'_>, id: Id<BankProduct>) -> AppResult<BankProductDeletePayload> {
        let mut tx = ctx.begin().await?;
        let bank_product = BankProduct::find(&mut tx, ctx.viewer()?, id).await?;
        ProductAccount::OF_PRODUCT.none(&mut tx, id.number, "Customers have accounts for it").await?;
        BankProduct::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&bank_product), None).await?;
        tx.commit().await?;
        Ok(BankProductDeletePayload { bank_product })
    }
}
