//! Which changes are steps in somebody's life with the bank, and how they are written down: along with the audit log, in
//! the transaction of the change.

use std::collections::HashMap;

use async_graphql::{Context, resolver_utils::EnumType as _};
use diesel::prelude::*;

use super::{CustomerEvent, CustomerStep};
use crate::{
    auth::Viewer,
    db::{
        Cols as _, Conn, Id, Run as _, Time,
        sql::Many,
        tables::{bank_customers, customer_events},
    },
    domains::{
        credit::{
            AdviserOpinion, CreditInterview, CustomerImage, ListEntry, credit_interview::InterviewStatus,
            customer_image::ImageKind, list_entry::ListKind,
        },
        customers::{BankCustomer, CustomerAssets, Family, FamilyMember, Resident, bank_customer::BankCustomerStatus},
        engagement::interaction_added,
        identity::{AuditEntry, BankStaff},
    },
    error::AppResult,
    graphql::{ContextExt as _, Entity, codes::Coded as _},
};

/// Most steps that one statement writes
const CHUNK: usize = 500;

/// Whose step it is
pub enum Whose {
    Customer(Id<BankCustomer>),
    /// Customer or not: whoever has this id number
    Person(String),
    /// The customers of the household with this number
    Household(String),
}

/// A step that is taken
pub struct Step {
    whose: Whose,
    step: CustomerStep,
    detail: Option<String>,
}

/// An entity whose changes are steps in people's lives
pub trait Told: Entity {
    /// The step that a change is: `before` it, where the row is not new, and `after` it, where it is not deleted
    fn step(before: Option<&Self>, after: Option<&Self>) -> Option<Step>;
}

impl Step {
    fn of(whose: Whose, step: CustomerStep) -> Step {
        Step { whose, step, detail: None }
    }

    pub fn of_person(id_number: &str, step: CustomerStep) -> Step {
        Step::of(Whose::Person(id_number.to_owned()), step)
    }

    fn with(self, detail: String) -> Step {
        Step { detail: Some(detail), ..self }
    }
}

impl Told for Resident {
    fn step(before: Option<&Self>, after: Option<&Self>) -> Option<Step> {
        let is_in = |row: Option<&Resident>| row.is_some_and(|row| row.is_active);
        let step = match (is_in(before), is_in(after)) {
            (false, true) => CustomerStep::Registered,
            (true, false) => CustomerStep::Unregistered,
            _ => return None,
        };
        Some(Step::of_person(&after.or(before)?.id_number, step))
    }
}

impl Told for BankCustomer {
    fn step(before: Option<&Self>, after: Option<&Self>) -> Option<Step> {
        use BankCustomerStatus::{Draft, Frozen, Normal};
        let after = after?;
        let step = match (before.map(|before| before.status), after.status) {
            (None, Draft) => CustomerStep::Drafted,
            (None | Some(Draft), Normal) => CustomerStep::Completed,
            (Some(Frozen), Normal) => CustomerStep::Thawed,
            (None | Some(Draft | Normal), Frozen) => CustomerStep::Frozen,
            _ if before.is_some_and(|before| before.grid_id != after.grid_id) => CustomerStep::Moved,
            _ => return None,
        };
        Some(Step::of_person(&after.id_number, step))
    }
}

impl Told for Family {
    fn step(_: Option<&Self>, after: Option<&Self>) -> Option<Step> {
        let household = after?.household_number.clone();
        Some(Step::of(Whose::Household(household), CustomerStep::HouseholdRecorded))
    }
}

impl Told for FamilyMember {
    fn step(_: Option<&Self>, after: Option<&Self>) -> Option<Step> {
        let member = after?;
        let step = Step::of(Whose::Customer(member.customer_id), CustomerStep::FamilyMemberRecorded);
        Some(step.with(format!("{}, {}", member.name, member.relation.label().unwrap_or_default())))
    }
}

impl Told for CustomerAssets {
    fn step(_: Option<&Self>, after: Option<&Self>) -> Option<Step> {
        Some(Step::of(Whose::Customer(after?.customer_id), CustomerStep::AssetsRecorded))
    }
}

impl Told for ListEntry {
    fn step(before: Option<&Self>, after: Option<&Self>) -> Option<Step> {
        let step = match (before, after) {
            (Some(before), Some(after)) if before.kind == after.kind => return None,
            (_, Some(after)) => CustomerStep::listed(after.kind),
            (before, None) => match before?.kind {
                ListKind::Black => CustomerStep::OffBlackList,
                ListKind::White => CustomerStep::OffWhiteList,
                ListKind::Grey => CustomerStep::OffGreyList,
            },
        };
        Some(Step::of_person(&after.or(before)?.id_number, step))
    }
}

impl Told for AdviserOpinion {
    fn step(before: Option<&Self>, after: Option<&Self>) -> Option<Step> {
        let opinion = after.filter(|_| before.is_none())?;
        let step = Step::of_person(&opinion.id_number, CustomerStep::OpinionGiven);
        Some(step.with(opinion.adviser_name.clone()))
    }
}

impl Told for CreditInterview {
    /// That it was entered is an interaction of its own, and so is each approval
    fn step(before: Option<&Self>, after: Option<&Self>) -> Option<Step> {
        let (before, after) = (before?, after?);
        let step = match after.status {
            InterviewStatus::Deleted => CustomerStep::InterviewDeleted,
            _ if before.stage == after.stage => CustomerStep::InterviewChanged,
            _ => return None,
        };
        Some(Step::of_person(&after.id_number, step))
    }
}

impl Told for CustomerImage {
    fn step(before: Option<&Self>, after: Option<&Self>) -> Option<Step> {
        let image = after?;
        let step = match (before, image.is_deleted) {
            (None, _) => CustomerStep::ImageAdded,
            (Some(_), true) => CustomerStep::ImageDeleted,
            _ => return None,
        };
        let shows = ImageKind::items().iter().find(|item| item.value == image.kind)?;
        Some(Step::of_person(&image.id_number, step).with(shows.name.to_owned()))
    }
}

#[derive(Clone, Insertable)]
#[diesel(table_name = customer_events)]
struct NewEvent {
    customer_id: Option<Id<BankCustomer>>,
    id_number: String,
    staff_id: Option<Id<BankStaff>>,
    step: CustomerStep,
    detail: Option<String>,
    at: Time,
}

impl CustomerEvent {
    /// [`AuditEntry::record`], and the step that the change is
    pub async fn record<E: Told>(
        conn: &mut Conn,
        ctx: &Context<'_>,
        before: Option<&E>,
        after: Option<&E>,
    ) -> AppResult<()> {
        CustomerEvent::record_all(conn, ctx, vec![(before, after)]).await
    }

    /// [`record`](Self::record) of many changes: set-based
    pub async fn record_all<E: Told>(
        conn: &mut Conn,
        ctx: &Context<'_>,
        changes: Vec<(Option<&E>, Option<&E>)>,
    ) -> AppResult<()> {
        let steps = changes.iter().filter_map(|(before, after)| E::step(*before, *after)).collect();
        AuditEntry::record_all(conn, ctx, changes).await?;
        CustomerEvent::tell(conn, ctx.viewer()?, steps).await
    }

    /// Writes down steps that the viewer takes
    pub async fn tell(conn: &mut Conn, viewer: &Viewer, steps: Vec<Step>) -> AppResult<()> {
        let (at, staff_id) = (Time::now(), BankStaff::asking(viewer));
        let known = Known::of(conn, &steps).await?;
        let events: Vec<_> = steps
            .iter()
            .flat_map(|Step { whose, step, detail }| {
                known.people(whose).into_iter().map(|(customer_id, id_number)| NewEvent {
                    customer_id,
                    id_number,
                    staff_id,
                    step: *step,
                    detail: detail.clone(),
                    at,
                })
            })
            .collect();
        for chunk in events.chunks(CHUNK) {
            let mut told: Vec<CustomerEvent> = diesel::insert_into(customer_events::table)
                .values(Many(chunk.to_vec()))
                .returning(CustomerEvent::cols())
                .all(conn)
                .await?;
            told.retain(|event| event.customer_id.is_some());
            interaction_added::announce(conn, &told).await?;
        }
        Ok(())
    }

    /// The steps of people who were no customers become those of the customers with their id numbers
    pub async fn adopt(conn: &mut Conn, numbers: Vec<String>) -> QueryResult<usize> {
        let customer = bank_customers::table
            .filter(bank_customers::id_number.eq(customer_events::id_number))
            .select(bank_customers::id.nullable())
            .single_value();
        let strangers = customer_events::table.filter(customer_events::customer_id.is_null());
        diesel::update(strangers.filter(customer_events::id_number.eq_any(numbers)))
            .set(customer_events::customer_id.eq(customer))
            .run(conn)
            .await
    }
}

/// The customers whom steps are about
struct Known {
    by_id: HashMap<Id<BankCustomer>, String>,
    by_number: HashMap<String, Id<BankCustomer>>,
    of_households: Vec<(String, Id<BankCustomer>, String)>,
}

impl Known {
    /// A statement for each way of naming people that is used
    async fn of(conn: &mut Conn, steps: &[Step]) -> QueryResult<Known> {
        let (mut ids, mut numbers, mut households) = (Vec::new(), Vec::new(), Vec::new());
        for step in steps {
            match &step.whose {
                Whose::Customer(id) => ids.push(*id),
                Whose::Person(number) => numbers.push(number.clone()),
                Whose::Household(number) => households.push(number.clone()),
            }
        }
        let named = bank_customers::table.select((bank_customers::id, bank_customers::id_number));
        let by_id = match ids.is_empty() {
            true => Vec::new(),
            false => named.filter(bank_customers::id.eq_any(ids)).all(conn).await?,
        };
        let by_number: Vec<(_, String)> = match numbers.is_empty() {
            true => Vec::new(),
            false => named.filter(bank_customers::id_number.eq_any(numbers)).all(conn).await?,
        };
        let household = bank_customers::household_number.assume_not_null();
        let of_households = match households.is_empty() {
            true => Vec::new(),
            false => {
                let living = bank_customers::table.filter(bank_customers::household_number.eq_any(households));
                living.select((household, bank_customers::id, bank_customers::id_number)).all(conn).await?
            }
        };
        let by_number = by_number.into_iter().map(|(id, number)| (number, id)).collect();
        Ok(Known { by_id: by_id.into_iter().collect(), by_number, of_households })
    }

    /// With the numbers of the customers that they are
    fn people(&self, whose: &Whose) -> Vec<(Option<Id<BankCustomer>>, String)> {
        match whose {
            Whose::Customer(id) => self.by_id.get(id).map(|number| (Some(*id), number.clone())).into_iter().collect(),
            Whose::Person(number) => vec![(self.by_number.get(number).copied(), number.clone())],
            Whose::Household(household) => {
                let people = self.of_households.iter().filter(|(own, ..)| own == household);
                people.map(|(_, id, number)| (Some(*id), number.clone())).collect()
            }
        }
    }
}
