//! Whatever happened between staff and a customer, in whatever realm: the interface and the timeline.

use async_graphql::{Context, Enum, ID, InputObject, Interface, Object};
use diesel::prelude::*;

use super::{CallFeedback, CustomerEvent, DemandChange, FollowUp, PhoneCall, SatisfactionRating, SmsMessage};
use crate::{
    auth::{Realm, SignedIn},
    db::{
        Id, Time, Where,
        tables::{
            call_feedback, credit_approvals, credit_interviews, customer_events, demand_changes, follow_ups,
            phone_calls, satisfaction_ratings, sms_messages,
        },
    },
    domains::{
        credit::{CreditApproval, CreditInterview},
        customers::{BankCustomer, Customer, LoanCustomer, PropertyCustomer, ServiceContact},
        identity::StaffMember,
    },
    error::AppResult,
    graphql::{
        ContextExt, Entity, Relation,
        entity::Slice,
        merged::{Merged, MergedConnection, Merger},
        page,
        scalars::Long,
    },
};

/// Something that happened between staff and a customer
#[derive(Clone, Debug, Interface)]
#[graphql(
    field(name = "id", ty = "ID", desc = "Opaque global id"),
    field(name = "databaseId", method = "database_id", ty = "Long", desc = "Number of the row in its table"),
    field(name = "realm", ty = "Realm", desc = "Realm that it happened in"),
    field(name = "kind", ty = "InteractionKind", desc = "What it was"),
    field(name = "at", ty = "Time", desc = "When it happened"),
    field(name = "summary", ty = "String", desc = "What happened, in a line"),
    field(name = "staff", ty = "AppResult<Option<StaffMember>>", desc = "Who did it, or wrote it down"),
    field(
        name = "customer",
        method = "any_customer",
        ty = "AppResult<Option<Customer>>",
        desc = "Customer whom it happened with"
    )
)]
#[expect(clippy::large_enum_variant, reason = "a list holds few of them, and the resolvers want them plain")]
pub enum Interaction {
    SmsMessage(SmsMessage),
    PhoneCall(PhoneCall),
    FollowUp(FollowUp),
    DemandChange(DemandChange),
    SatisfactionRating(SatisfactionRating),
    CallFeedback(CallFeedback),
    CreditInterview(CreditInterview),
    CreditApproval(CreditApproval),
    CustomerEvent(CustomerEvent),
}

impl Merged for Interaction {
    const NAME: &'static str = "Interaction";
}

/// What an interaction was
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum InteractionKind {
    /// A text message between a loan officer and a customer
    SmsMessage,
    /// A phone call between a loan officer and a customer
    PhoneCall,
    /// A visit, a call or another step of the service team
    FollowUp,
    /// A change of what a client of the service team wants
    DemandChange,
    /// A client's praise or blame of the service team
    SatisfactionRating,
    /// What an estate agent noted after calling a number
    CallFeedback,
    /// An interview before a loan
    CreditInterview,
    /// What was decided about a loan
    CreditApproval,
    /// A step in a bank customer's life: entered, listed, photographed
    CustomerEvent,
}

/// Which interactions of all realms
#[derive(Clone, Debug, Default, InputObject)]
pub struct InteractionFilter {
    /// Not before this moment
    from: Option<Time>,
    /// Not after this moment
    to: Option<Time>,
}

/// An entity that is an interaction
pub trait Happened: Entity + Into<Interaction> {
    const REALM: Realm;
    type Customer: Entity;

    /// Customer whom it happened with
    fn with(&self) -> Option<Id<Self::Customer>>;
}

/// What the interface asks of each kind
macro_rules! kinds {
    ($($realm:ident: $entity:ident, $customer:ident, |$it:ident| $id:expr;)+) => { $(
        impl Happened for $entity {
            const REALM: Realm = Realm::$realm;
            type Customer = $customer;

            fn with(&self) -> Option<Id<$customer>> {
                let $it = self;
                $id
            }
        }
        impl $entity {
            pub(crate) async fn any_customer(
                &self,
                ctx: &Context<'_>,
            ) -> async_graphql::Result<AppResult<Option<Customer>>> {
                Ok(ctx.load_named(self.with()).await.map(|found| found.map(Customer::from)))
            }
        }
    )+ };
}
kinds! {
    Loan: SmsMessage, LoanCustomer, |it| it.customer_id;
    Loan: PhoneCall, LoanCustomer, |it| it.customer_id;
    Service: FollowUp, ServiceContact, |it| Some(it.contact_id);
    Service: DemandChange, ServiceContact, |it| Some(it.contact_id);
    Service: SatisfactionRating, ServiceContact, |it| Some(it.contact_id);
    Estate: CallFeedback, PropertyCustomer, |it| it.customer_id;
    Bank: CreditInterview, BankCustomer, |it| it.customer_id;
    Bank: CreditApproval, BankCustomer, |it| it.customer_id;
    Bank: CustomerEvent, BankCustomer, |it| it.customer_id;
}

impl Interaction {
    /// The timeline of customers, newest first
    pub async fn of_customers(
        ctx: &Context<'_>,
        customers: &[Customer],
        mut merger: Merger<Interaction>,
    ) -> AppResult<MergedConnection<Interaction>> {
        for customer in customers {
            match customer {
                Customer::LoanCustomer(customer) => {
                    let id = customer.id.number;
                    of_parent::<SmsMessage>(ctx, &mut merger, 0, SmsMessage::OF_CUSTOMER, id).await?;
                    of_parent::<PhoneCall>(ctx, &mut merger, 1, PhoneCall::OF_CUSTOMER, id).await?;
                }
                Customer::ServiceContact(contact) => {
                    let id = contact.id.number;
                    of_parent::<FollowUp>(ctx, &mut merger, 2, FollowUp::OF_CONTACT, id).await?;
                    of_parent::<DemandChange>(ctx, &mut merger, 3, DemandChange::OF_CONTACT, id).await?;
                    of_parent::<SatisfactionRating>(ctx, &mut merger, 4, SatisfactionRating::OF_CONTACT, id).await?;
                }
                Customer::PropertyCustomer(customer) => {
                    of_parent::<CallFeedback>(ctx, &mut merger, 5, CallFeedback::OF_CUSTOMER, customer.id.number)
                        .await?;
                }
                Customer::BankCustomer(customer) => {
                    let id = customer.id.number;
                    of_parent::<CreditInterview>(ctx, &mut merger, 6, CreditInterview::OF_CUSTOMER, id).await?;
                    of_parent::<CreditApproval>(ctx, &mut merger, 7, CreditApproval::OF_CUSTOMER, id).await?;
                    of_parent::<CustomerEvent>(ctx, &mut merger, 8, CustomerEvent::OF_CUSTOMER, id).await?;
                }
            }
        }
        Ok(merger.finish())
    }
}

async fn of_parent<E: Entity + Into<Interaction>>(
    ctx: &Context<'_>,
    merger: &mut Merger<Interaction>,
    rank: usize,
    relation: Relation<E>,
    parent: i64,
) -> AppResult<()> {
    let slice = ctx.slice(relation, parent, merger.page::<E>(rank)).await?;
    merger.add(rank, slice);
    Ok(())
}

#[derive(Default)]
pub struct InteractionQuery;

#[Object]
impl InteractionQuery {
    /// What happened between staff and customers of all realms, newest first, as far as the viewer may see it
    #[graphql(guard = "SignedIn", complexity = "page::cost(first, None, None, child_complexity)")]
    async fn interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of these realms; all that the viewer works in where left out")] realms: Option<Vec<Realm>>,
        filter: Option<InteractionFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> AppResult<MergedConnection<Interaction>> {
        let viewer = ctx.viewer()?;
        let mut conn = ctx.read().await?;
        let mut merger = Merger::new(ctx, first, after)?;
        let InteractionFilter { from, to } = filter.unwrap_or_default();
        let asked = |realm| viewer.works_in(realm) && realms.as_ref().is_none_or(|realms| realms.contains(&realm));
        macro_rules! add {
            ($rank:literal, $entity:ident, $table:ident, $time:ident) => {
                let wanted =
                    || Where::default().maybe(from, |from| $table::$time.ge(from)).maybe(to, |to| $table::$time.le(to));
                let page = merger.page::<$entity>($rank);
                merger.add::<$entity>($rank, Slice::load(&mut conn, viewer, &page, wanted).await?);
            };
        }
        if asked(Realm::Loan) {
            add!(0, SmsMessage, sms_messages, sent_at);
            add!(1, PhoneCall, phone_calls, started_at);
        }
        if asked(Realm::Service) {
            add!(2, FollowUp, follow_ups, recorded_at);
            add!(3, DemandChange, demand_changes, recorded_at);
            add!(4, SatisfactionRating, satisfaction_ratings, recorded_at);
        }
        if asked(Realm::Estate) {
            add!(5, CallFeedback, call_feedback, created_at);
        }
        if asked(Realm::Bank) {
            add!(6, CreditInterview, credit_interviews, created_at);
            add!(7, CreditApproval, credit_approvals, created_at);
            add!(8, CustomerEvent, customer_events, at);
        }
        Ok(merger.finish())
    }
}
