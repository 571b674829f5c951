//! A step in somebody's life with the bank (客户历程): entered in the register, made a customer, listed, photographed.
//!
//! Table `customer_events`, append only; [`steps`] says which changes are steps. Those of somebody who is no customer yet
//! are his by the id number, and become the customer's when he is entered. None of the legacy systems has it: together
//! with the interviews and the approvals it is the timeline of a customer of the bank.

pub mod steps;

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject, resolver_utils::EnumType as _};
use diesel::prelude::*;
use serde::Serialize;

use crate::{
    auth::{Area, May, Realm, Viewer},
    codes,
    db::{Id, Time, Where, tables::customer_events},
    domains::{
        credit::list_entry::ListKind,
        customers::BankCustomer,
        engagement::InteractionKind,
        identity::{BankStaff, StaffMember},
    },
    entity,
    error::AppResult,
    graphql::{
        Connection, ContextExt, Page, PageInput, Relation, codes::Coded as _, entity::Visible, page, scalars::Long,
    },
};

codes! {
    /// What a step in somebody's life with the bank is
    pub enum CustomerStep {
        /// Entered in the household register
        Registered = 1 "Entered in the household register",
        /// Taken out of the household register
        Unregistered = 2 "Taken out of the household register",
        /// Entered as a customer whose file is not complete yet
        Drafted = 3 "Entered as a customer",
        /// His file was completed, or entered whole
        Completed = 4 "File completed",
        /// Frozen
        Frozen = 5 "Frozen",
        /// Made normal again
        Thawed = 6 "Made normal again",
        /// Came to another grid
        Moved = 7 "Moved to another grid",
        /// What is known of his household was entered or changed
        HouseholdRecorded = 8 "Household recorded",
        /// A member of his family was entered or changed
        FamilyMemberRecorded = 9 "Family member recorded",
        /// What he owns and earns was entered or changed
        AssetsRecorded = 10 "Assets recorded",
        /// Entered in the black list
        BlackListed = 11 "Entered in the black list",
        /// Entered in the white list
        WhiteListed = 12 "Entered in the white list",
        /// Entered in the grey list
        GreyListed = 13 "Entered in the grey list",
        /// Taken out of the black list
        OffBlackList = 14 "Taken out of the black list",
        /// Taken out of the white list
        OffWhiteList = 15 "Taken out of the white list",
        /// Taken out of the grey list
        OffGreyList = 16 "Taken out of the grey list",
        /// An adviser gave his opinion
        OpinionGiven = 17 "Adviser's opinion given",
        /// An interview was filled in or changed
        InterviewChanged = 18 "Interview changed",
        /// An interview was deleted
        InterviewDeleted = 19 "Interview deleted",
        /// A picture was added
        ImageAdded = 20 "Picture added",
        /// A picture was deleted
        ImageDeleted = 21 "Picture deleted",
        /// Somebody was shown his credit report
        ReportShown = 22 "Credit report shown",
    }
}

impl CustomerStep {
    pub const fn listed(kind: ListKind) -> CustomerStep {
        match kind {
            ListKind::Black => CustomerStep::BlackListed,
            ListKind::White => CustomerStep::WhiteListed,
            ListKind::Grey => CustomerStep::GreyListed,
        }
    }

    /// Area of the bank's business that tells of it
    const fn area(self) -> Area {
        match self {
            Self::Registered | Self::Unregistered => Area::Residents,
            Self::Drafted | Self::Completed | Self::Frozen | Self::Thawed | Self::Moved => Area::Customers,
            Self::HouseholdRecorded => Area::Families,
            Self::FamilyMemberRecorded => Area::FamilyMembers,
            Self::AssetsRecorded => Area::Assets,
            Self::BlackListed | Self::OffBlackList => Area::BlackList,
            Self::WhiteListed | Self::OffWhiteList => Area::WhiteList,
            Self::GreyListed | Self::OffGreyList => Area::GreyList,
            Self::OpinionGiven => Area::Opinions,
            Self::InterviewChanged | Self::InterviewDeleted => Area::Interviews,
            Self::ImageAdded | Self::ImageDeleted => Area::Images,
            Self::ReportShown => Area::CreditReports,
        }
    }
}

/// Step in somebody's life with the bank
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = customer_events)]
#[graphql(complex)]
pub struct CustomerEvent {
    /// Opaque global id
    pub id: Id<CustomerEvent>,
    /// Customer whose life it is; null for somebody who is none, or none any more
    pub customer_id: Option<Id<BankCustomer>>,
    /// Employee who took the step; null for an administrator who is no employee
    pub staff_id: Option<Id<BankStaff>>,
    /// What it was
    pub step: CustomerStep,
    /// More of it: the name and relation of a family member, what a picture shows
    pub detail: Option<String>,
    #[graphql(skip)]
    pub at: Time,
}

/// Which steps
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerEventFilter {
    /// In the life of this customer
    customer_id: Option<Id<BankCustomer>>,
    /// Taken by this employee
    staff_id: Option<Id<BankStaff>>,
    /// Of this kind
    step: Option<CustomerStep>,
}

entity!(CustomerEvent, customer_events, at desc);

impl Visible for CustomerEvent {
    type Table = customer_events::table;
    const AREA: Option<Area> = Some(Area::Customers);

    /// Whoever sees the customer, of the steps that his roles open
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        let of_customers = customer_events::customer_id.assume_not_null();
        let rule = BankCustomer::seen(viewer, |customers| Where::default().and(of_customers.eq_any(customers)));
        let all = CustomerStep::items().iter().map(|item| item.value);
        let open: Vec<_> = all.filter(|step| viewer.may(step.area())).collect();
        match open.len() {
            0 => Where::nothing(),
            count if count == CustomerStep::items().len() => rule,
            _ => rule.and(customer_events::step.eq_any(open)),
        }
    }
}

impl CustomerEvent {
    pub const OF_CUSTOMER: Relation<CustomerEvent> = Relation {
        column: customer_events::customer_id::NAME,
        parent: |row| row.customer_id.map(|customer| customer.number),
    };

    pub const OF_STAFF: Relation<CustomerEvent> =
        Relation { column: customer_events::staff_id::NAME, parent: |row| row.staff_id.map(|staff| staff.number) };
}

impl CustomerEventFilter {
    fn wanted(&self) -> Where<customer_events::table> {
        Where::default()
            .maybe(self.customer_id, |customer| customer_events::customer_id.eq(customer))
            .maybe(self.staff_id, |staff| customer_events::staff_id.eq(staff))
            .maybe(self.step, |step| customer_events::step.eq(step))
    }
}

#[ComplexObject]
impl CustomerEvent {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that it belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Bank
    }

    /// What it was
    pub async fn kind(&self) -> InteractionKind {
        InteractionKind::CustomerEvent
    }

    /// When it was taken
    pub async fn at(&self) -> Time {
        self.at
    }

    /// In one line
    pub async fn summary(&self) -> String {
        let what = self.step.label().unwrap_or_default();
        self.detail.as_ref().map_or_else(|| what.to_owned(), |detail| format!("{what}: {detail}"))
    }

    /// Who took the step
    pub async fn staff(&self, ctx: &Context<'_>) -> AppResult<Option<StaffMember>> {
        Ok(ctx.load_named(self.staff_id).await?.map(StaffMember::BankStaff))
    }

    /// Customer whose life it is
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        ctx.load_named(self.customer_id).await
    }
}

#[derive(Default)]
pub struct CustomerEventQuery;

#[Object]
impl CustomerEventQuery {
    /// One step in somebody's life with the bank
    #[graphql(guard = "May(Area::Customers)")]
    async fn customer_event(&self, ctx: &Context<'_>, id: Id<CustomerEvent>) -> AppResult<Option<CustomerEvent>> {
        ctx.load(id).await
    }

    /// Steps in people's lives with the bank, the last first
    #[graphql(guard = "May(Area::Customers)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn customer_events(
        &self,
        ctx: &Context<'_>,
        filter: Option<CustomerEventFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<CustomerEvent>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}
