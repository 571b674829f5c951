//! `interactionAdded`: what happens between staff and customers, as it is written down.

use std::sync::Arc;

use async_graphql::{Context, ID, Subscription};
use diesel::QueryResult;
use futures_util::{Stream, future::BoxFuture};

use super::{
    CallFeedback, CustomerEvent, DemandChange, FollowUp, Interaction, PhoneCall, SatisfactionRating, SmsMessage,
    interaction::Happened,
};
use crate::{
    auth::{Realm, SignedIn, Viewer},
    db::{Conn, Db},
    domains::{
        credit::{CreditApproval, CreditInterview},
        customers::Customer,
    },
    error::{AppError, AppResult},
    events::{self, Event, Row, follow::follow},
    graphql::{ContextExt, Entity, scalars::split_global},
};

/// Most rows of one write that subscribers are told of, no fewer than approvals that are given at once. An officer's phone
/// uploads thousands of messages at once: that is history, and who shows it reads the list.
pub const MOST: usize = 200;

/// Tells subscribers of new interactions when the transaction commits: of the last ones, where they are many
pub async fn announce<E: Happened>(conn: &mut Conn, added: &[E]) -> QueryResult<()> {
    let newest = &added[added.len().saturating_sub(MOST)..];
    let row = |row: &E| Row { id: row.id().number, of: row.with().map(|customer| customer.number) };
    events::publish(conn, E::NAME, &newest.iter().map(row).collect::<Vec<_>>()).await
}

/// What a subscriber wants
struct Wanted {
    viewer: Arc<Viewer>,
    realms: Option<Vec<Realm>>,
    /// The customer's entity and number
    customer: Option<(String, i64)>,
}

impl Wanted {
    fn takes<E: Happened>(&self, event: &Event) -> bool {
        self.viewer.works_in(E::REALM)
            && self.realms.as_ref().is_none_or(|realms| realms.contains(&E::REALM))
            && self.customer.as_ref().is_none_or(|(name, number)| {
                name == <E::Customer as Entity>::NAME && event.rows.iter().any(|row| row.of == Some(*number))
            })
    }

    /// Those rows of the event that the viewer may see
    fn load<'a, E: Happened>(&'a self, event: &'a Event, db: &'a Db) -> BoxFuture<'a, AppResult<Vec<Interaction>>> {
        Box::pin(async {
            let mut rows = event.load::<E>(db, &self.viewer).await?;
            if let Some((_, number)) = self.customer {
                rows.retain(|row| row.with().is_some_and(|customer| customer.number == number));
            }
            Ok(rows.into_iter().map(Into::into).collect())
        })
    }
}

/// What is done with the events of one entity
struct Kind {
    name: &'static str,
    takes: fn(&Wanted, &Event) -> bool,
    load: Load,
}

type Load = for<'a> fn(&'a Wanted, &'a Event, &'a Db) -> BoxFuture<'a, AppResult<Vec<Interaction>>>;

impl Kind {
    const ALL: [Kind; 9] = [
        Kind::of::<SmsMessage>(),
        Kind::of::<PhoneCall>(),
        Kind::of::<FollowUp>(),
        Kind::of::<DemandChange>(),
        Kind::of::<SatisfactionRating>(),
        Kind::of::<CallFeedback>(),
        Kind::of::<CreditInterview>(),
        Kind::of::<CreditApproval>(),
        Kind::of::<CustomerEvent>(),
    ];

    const fn of<E: Happened>() -> Kind {
        Kind { name: E::NAME, takes: Wanted::takes::<E>, load: Wanted::load::<E> }
    }

    fn named(name: &str) -> Option<&'static Kind> {
        const { &Kind::ALL }.iter().find(|kind| kind.name == name)
    }
}

#[derive(Default)]
pub struct InteractionSubscription;

#[Subscription]
impl InteractionSubscription {
    /// What is written down between staff and customers from now on, as far as the viewer may see it. Of an upload of
    /// more than 200 rows the last 200 are shown. Ends when the viewer's session does, and when he may see other rows.
    #[graphql(guard = "SignedIn")]
    async fn interaction_added(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of these realms; all that the viewer works in where left out")] realms: Option<Vec<Realm>>,
        #[graphql(desc = "With this customer only, by the opaque global id")] customer_id: Option<ID>,
    ) -> async_graphql::Result<impl Stream<Item = AppResult<Interaction>>> {
        let customer = match customer_id {
            Some(id) => Some(customer(ctx, &id).await?),
            None => None,
        };
        let (db, viewer) = (ctx.app().db.clone(), ctx.viewer()?.clone());
        let wanted = Arc::new(Wanted { viewer, realms, customer });
        let loads = wanted.clone();
        Ok(follow(
            ctx,
            move |event| Kind::named(&event.kind).is_some_and(|kind| (kind.takes)(&wanted, event)),
            move |event| {
                let (wanted, db) = (loads.clone(), db.clone());
                async move {
                    match Kind::named(&event.kind) {
                        Some(kind) => (kind.load)(&wanted, &event, &db).await,
                        None => Ok(Vec::new()),
                    }
                }
            },
        ))
    }
}

/// The customer behind a global id, if the viewer may see him
async fn customer(ctx: &Context<'_>, id: &str) -> AppResult<(String, i64)> {
    let refused = || AppError::bad_input("customerId", "No such customer");
    let (name, number) = split_global(id).ok_or_else(refused)?;
    Customer::by_global_id(ctx, &name, number).await?.ok_or_else(refused)?;
    Ok((name, number))
}
