//! Record of a customer's poverty (贫困信息), which the bank gets from the authorities: it is read, never written here.
//!
//! Table `poverty_records`, one for a customer; shown for those who carry the tag 4 贫困户 (poor household). All is told in
//! the authorities' words.

use async_graphql::{ComplexObject, Context, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::{BankCustomer, tag::POOR};
use crate::{
    auth::{Area, Viewer},
    db::{
        Id, Time, Where,
        tables::{customer_tags, poverty_records},
    },
    entity,
    error::AppResult,
    graphql::{ContextExt, Relation, entity::Visible, scalars::Long},
};

/// Record of a customer's poverty
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = poverty_records)]
#[graphql(complex)]
pub struct PovertyRecord {
    /// Opaque global id
    pub id: Id<PovertyRecord>,
    /// Whose record it is
    pub customer_id: Id<BankCustomer>,
    /// Number of the person with the authorities (legacy personCode)
    pub person_code: Option<String>,
    /// How many people the household has (legacy personCount)
    pub person_count: Option<String>,
    /// Whether the person goes to school, and to which (legacy internalStudent)
    pub student_status: Option<String>,
    /// State of health (legacy healthCondition)
    pub health: Option<String>,
    /// What work the person can do (legacy laborSkills)
    pub labor_skills: Option<String>,
    /// Where the person works (legacy workingConditions)
    pub working_conditions: Option<String>,
    /// Months of work in a year (legacy workingTime)
    pub working_months: Option<String>,
    /// Whether the person is insured against critical illness (legacy criticalIllnessInsurance)
    pub critical_illness_insurance: Option<String>,
    /// Whether the person is out of poverty (legacy overcomePoverty)
    pub poverty_status: Option<String>,
    /// Year in which the person got out of poverty (legacy overcomePovertyYear)
    pub out_of_poverty_year: Option<String>,
    /// Kind of poor household
    pub attribute: Option<String>,
    /// Main reason of the poverty
    pub reason: Option<String>,
    /// Whether the house is dangerous (legacy dangerousBuilding)
    pub dangerous_building: Option<String>,
    /// Whether the water is safe to drink (legacy safetyWater)
    pub safe_water: Option<String>,
    /// Whether drinking water is hard to get (legacy dysdipsia)
    pub water_shortage: Option<String>,
    /// Net income per head (legacy incomeAvg)
    pub average_income: Option<String>,
    /// Phone number
    pub phone: Option<String>,
    /// When the authorities recorded it (legacy writelme)
    pub recorded_at: Option<String>,
    /// When it was loaded
    pub created_at: Time,
    /// When it was last loaded
    pub updated_at: Time,
}

entity!(PovertyRecord, poverty_records, asc);

impl Visible for PovertyRecord {
    type Table = poverty_records::table;
    const AREA: Option<Area> = Some(Area::Customers);

    /// Of the customers that he sees, as long as they carry the tag
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        let poor = customer_tags::table.filter(customer_tags::tag_id.eq(POOR)).select(customer_tags::customer_id);
        BankCustomer::seen(viewer, |customers| Where::default().and(poverty_records::customer_id.eq_any(customers)))
            .and(poverty_records::customer_id.eq_any(poor))
    }
}

impl PovertyRecord {
    pub const OF_CUSTOMER: Relation<PovertyRecord> =
        Relation { column: poverty_records::customer_id::NAME, parent: |row| Some(row.customer_id.number) };
}

#[ComplexObject]
impl PovertyRecord {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Whose record it is
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        ctx.load(self.customer_id).await
    }
}
