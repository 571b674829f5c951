//! Relations and computed fields of the bank's customers.

use async_graphql::{ComplexObject, Context};

use super::BankCustomer;
use crate::{
    auth::{Area, Realm},
    domains::{
        credit::{
            AdviserOpinion, BalanceChange, BalanceSummary, CreditApproval, CreditInterview, CreditProfile,
            CustomerImage, Grid, ListEntry, ProductAccount,
        },
        customers::{
            CustomerAssets, CustomerTag, DishonestPerson, Family, FamilyMember, PovertyRecord, Resident, Tag,
            family_member::FamilyRelation,
        },
        engagement::{CustomerEvent, Interaction, WorkItem},
        identity::{BankStaff, StaffMember},
    },
    error::AppResult,
    graphql::{
        Connection, ContextExt, Page, id_number,
        merged::{MergedConnection, Merger},
        page,
        scalars::Long,
    },
};

#[ComplexObject]
impl BankCustomer {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the customer belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Bank
    }

    /// Id number of 18 characters; masked for whoever may not work with customers
    pub async fn id_number(&self, ctx: &Context<'_>) -> AppResult<Option<String>> {
        id_number::shown(ctx, Area::Customers, &self.id_number).map(Some)
    }

    /// Mobile phone, by the name that all realms have for it
    pub async fn mobile(&self) -> Option<String> {
        self.phone.clone()
    }

    /// What happened between staff and the customer, newest first
    #[graphql(complexity = "page::cost(first, None, None, child_complexity)")]
    pub async fn interactions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> AppResult<MergedConnection<Interaction>> {
        Interaction::of_customers(ctx, &[self.clone().into()], Merger::new(ctx, first, after)?).await
    }

    /// Who looks after the customer: the manager of the grid, or whoever entered him
    pub async fn owner(&self, ctx: &Context<'_>) -> AppResult<Option<StaffMember>> {
        let grid = ctx.load_named(self.grid_id).await?;
        let staff = grid.and_then(|grid: Grid| grid.manager_id).or(self.keeper_id);
        Ok(ctx.load_named(staff).await?.map(StaffMember::BankStaff))
    }

    /// Grid that the customer belongs to
    pub async fn grid(&self, ctx: &Context<'_>) -> AppResult<Option<Grid>> {
        ctx.load_named(self.grid_id).await
    }

    /// Employee who entered the customer, as far as the viewer may see him
    pub async fn keeper(&self, ctx: &Context<'_>) -> AppResult<Option<BankStaff>> {
        ctx.load_named(self.keeper_id).await
    }

    /// Tags that the customer carries
    #[graphql(complexity = "5 * child_complexity")]
    pub async fn tags(&self, ctx: &Context<'_>) -> AppResult<Vec<Tag>> {
        ctx.linked(Tag::OF_CUSTOMER, self.id.number).await
    }

    /// [`tags`](Self::tags) with the reasons why the customer carries them
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn customer_tags(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CustomerTag>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CustomerTag::OF_CUSTOMER, self.id.number, page).await
    }

    /// What the customer owns and earns
    pub async fn assets(&self, ctx: &Context<'_>) -> AppResult<Option<CustomerAssets>> {
        ctx.child(CustomerAssets::OF_CUSTOMER, self.id.number).await
    }

    /// Record of the customer's poverty; null for one who does not carry the tag 4 贫困户
    pub async fn poverty_record(&self, ctx: &Context<'_>) -> AppResult<Option<PovertyRecord>> {
        ctx.child(PovertyRecord::OF_CUSTOMER, self.id.number).await
    }

    /// The same person in the household register, by id number, as far as the viewer may see him
    pub async fn resident(&self, ctx: &Context<'_>) -> AppResult<Option<Resident>> {
        Ok(ctx.linked(Resident::OF_CUSTOMER, self.id.number).await?.into_iter().next())
    }

    /// What the bank knows of the household, as far as the viewer may see it
    pub async fn family(&self, ctx: &Context<'_>) -> AppResult<Option<Family>> {
        Ok(ctx.linked(Family::OF_CUSTOMER, self.id.number).await?.into_iter().next())
    }

    /// Members of the customer's family
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn family_members(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<FamilyMember>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(FamilyMember::OF_CUSTOMER, self.id.number, page).await
    }

    /// Husband or wife among the members of the family
    #[graphql(complexity = "5 + child_complexity")]
    pub async fn spouse(&self, ctx: &Context<'_>) -> AppResult<Option<FamilyMember>> {
        let page = Page { size: page::MAX_SIZE, ..Page::one() };
        let members = ctx.slice(FamilyMember::OF_CUSTOMER, self.id.number, page).await?.rows;
        Ok(members.into_iter().find(|member| member.relation == FamilyRelation::Spouse))
    }

    /// Where other customers name this one as a member of their families, 200 at the most
    #[graphql(complexity = "5 * child_complexity")]
    pub async fn as_family_member(&self, ctx: &Context<'_>) -> AppResult<Vec<FamilyMember>> {
        ctx.linked_rows(FamilyMember::AS_MEMBER, self.id.number).await
    }

    /// Deposits and loans, as the core system last said; null where it never spoke of the customer
    pub async fn balance_summary(&self, ctx: &Context<'_>) -> AppResult<Option<BalanceSummary>> {
        ctx.child(BalanceSummary::OF_CUSTOMER, self.id.number).await
    }

    /// What is known of the customer's credit elsewhere
    pub async fn credit_profile(&self, ctx: &Context<'_>) -> AppResult<Option<CreditProfile>> {
        ctx.child(CreditProfile::OF_CUSTOMER, self.id.number).await
    }

    /// Where the customer stands in the white, the grey or the black list, by id number, as far as the viewer may see it
    pub async fn list_entry(&self, ctx: &Context<'_>) -> AppResult<Option<ListEntry>> {
        Ok(ctx.linked_rows(ListEntry::OF_CUSTOMER, self.id.number).await?.into_iter().next())
    }

    /// What advisers think of the customer, by id number, 200 at the most
    #[graphql(complexity = "5 * child_complexity")]
    pub async fn adviser_opinions(&self, ctx: &Context<'_>) -> AppResult<Vec<AdviserOpinion>> {
        ctx.linked_rows(AdviserOpinion::OF_CUSTOMER, self.id.number).await
    }

    /// Pictures of the customer's papers, by id number, 200 at the most
    #[graphql(complexity = "5 * child_complexity")]
    pub async fn images(&self, ctx: &Context<'_>) -> AppResult<Vec<CustomerImage>> {
        ctx.linked_rows(CustomerImage::OF_CUSTOMER, self.id.number).await
    }

    /// Whether a court lists the customer as dishonest, by id number
    pub async fn is_dishonest(&self, ctx: &Context<'_>) -> AppResult<bool> {
        Ok(!ctx.numbers(DishonestPerson::OF_CUSTOMER, self.id.number).await?.is_empty())
    }

    /// Cases for which a court lists the customer as dishonest, 200 at the most
    #[graphql(complexity = "5 * child_complexity")]
    pub async fn dishonest_records(&self, ctx: &Context<'_>) -> AppResult<Vec<DishonestPerson>> {
        ctx.linked_rows(DishonestPerson::OF_CUSTOMER, self.id.number).await
    }

    /// Accounts for products of the bank
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn product_accounts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<ProductAccount>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(ProductAccount::OF_CUSTOMER, self.id.number, page).await
    }

    /// How deposits and loans changed, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn balance_changes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<BalanceChange>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(BalanceChange::OF_CUSTOMER, self.id.number, page).await
    }

    /// What staff have to do about the customer, as far as the viewer may see it, the last to begin first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn work_items(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<WorkItem>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(WorkItem::OF_CUSTOMER, self.id.number, page).await
    }

    /// Interviews before loans, the last entered first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn credit_interviews(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CreditInterview>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CreditInterview::OF_CUSTOMER, self.id.number, page).await
    }

    /// What was decided about loans, the last first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn credit_approvals(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CreditApproval>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CreditApproval::OF_CUSTOMER, self.id.number, page).await
    }

    /// Steps of his life with the bank, the last first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn events(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CustomerEvent>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CustomerEvent::OF_CUSTOMER, self.id.number, page).await
    }
}
