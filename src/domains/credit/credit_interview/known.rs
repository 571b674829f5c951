//! What the bank knows of somebody already, so that nobody types it again into the form of an interview.
//!
//! A handful of statements for any number of people.

use std::collections::HashMap;

use diesel::prelude::*;

use super::CreditInterview;
use crate::{
    auth::Viewer,
    db::{
        Conn, Id, Where,
        tables::{adviser_opinions, customer_assets, families, family_members},
    },
    domains::{
        credit::{AdviserOpinion, Grid},
        customers::{BankCustomer, CustomerAssets, Family, FamilyMember, family_member::FamilyRelation},
    },
    error::AppResult,
    graphql::{Entity, codes::Coded as _, entity::Visible as _},
};

/// What is known of people, by their customers' numbers, households and id numbers
pub struct Known {
    customers: HashMap<String, BankCustomer>,
    spouses: HashMap<Id<BankCustomer>, FamilyMember>,
    assets: HashMap<Id<BankCustomer>, CustomerAssets>,
    families: HashMap<String, Family>,
    opinions: HashMap<String, AdviserOpinion>,
}

impl Known {
    /// Of the people with these id numbers, as far as the viewer sees them
    pub async fn of(conn: &mut Conn, viewer: &Viewer, numbers: Vec<String>) -> AppResult<Known> {
        let customers = BankCustomer::by_id_numbers(conn, viewer, numbers.clone()).await?;
        let ids: Vec<_> = customers.iter().map(|customer| customer.id).collect();
        let households: Vec<_> = customers.iter().filter_map(|customer| customer.household_number.clone()).collect();
        let spouses = Where::default()
            .and(family_members::customer_id.eq_any(ids.clone()))
            .and(family_members::relation.eq(FamilyRelation::Spouse));
        let assets = Where::default().and(customer_assets::customer_id.eq_any(ids));
        let families = Where::default().and(families::household_number.eq_any(households));
        let opinions = AdviserOpinion::visible(viewer).and(adviser_opinions::id_number.eq_any(numbers));
        let opinions = all::<AdviserOpinion>(conn, opinions).await?;
        Ok(Known {
            customers: customers.into_iter().map(|row| (row.id_number.clone(), row)).collect(),
            spouses: all::<FamilyMember>(conn, spouses).await?.into_iter().map(|row| (row.customer_id, row)).collect(),
            assets: all::<CustomerAssets>(conn, assets).await?.into_iter().map(|row| (row.customer_id, row)).collect(),
            families: all::<Family>(conn, families)
                .await?
                .into_iter()
                .map(|row| (row.household_number.clone(), row))
                .collect(),
            // Of several the last one counts.
            opinions: opinions.into_iter().map(|row| (row.id_number.clone(), row)).collect(),
        })
    }

    /// Grid of the person with this id number
    pub fn grid(&self, number: &str) -> Option<Id<Grid>> {
        self.customers.get(number)?.grid_id
    }

    /// Puts what is known where the row says nothing
    pub fn fill(&self, row: &mut CreditInterview) {
        if let Some(opinion) = self.opinions.get(&row.id_number) {
            put(&mut row.has_opinion, Some(true));
            put(&mut row.opinion_income, opinion.income);
            put(&mut row.opinion_expenditure, opinion.expenditure);
            put(&mut row.opinion_credit_limit, opinion.credit_limit);
            put(&mut row.opinion_adviser, Some(opinion.adviser_name.clone()));
            put(&mut row.opinion_comment, opinion.comment.as_ref().map(|text| text.chars().take(100).collect()));
        }
        let Some(customer) = self.customers.get(&row.id_number) else { return };
        row.customer_id = Some(customer.id);
        if row.name.is_empty() {
            row.name.clone_from(&customer.name);
        }
        put(&mut row.education, customer.education.and_then(|it| it.label()).map(str::to_owned));
        put(&mut row.phone, customer.phone.clone());
        put(&mut row.employer_name, customer.employer_name.clone());
        put(&mut row.employer_address, customer.employer_address.clone());
        put(&mut row.registered_address, customer.registered_address.clone());
        put(&mut row.residence_address, customer.residence_address.clone());
        if let Some(spouse) = self.spouses.get(&customer.id) {
            put(&mut row.spouse_name, Some(spouse.name.clone()));
            put(&mut row.spouse_id_number, Some(spouse.id_number.clone()));
        }
        if let Some(assets) = self.assets.get(&customer.id) {
            put(&mut row.income, assets.yearly_income);
        }
        if let Some(family) = customer.household_number.as_ref().and_then(|number| self.families.get(number)) {
            put(&mut row.member_count, Some(family.population.to_string()));
        }
    }
}

fn put<T>(place: &mut Option<T>, known: Option<T>) {
    if place.is_none() {
        *place = known;
    }
}

async fn all<E: Entity>(conn: &mut Conn, wanted: Where<E::Table>) -> AppResult<Vec<E>> {
    Ok(E::fetch(conn, wanted, E::ORDER.all()).await?)
}
