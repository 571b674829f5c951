//! What is known of a customer's credit (客户信誉): what he owes elsewhere, whether he pays in time, how he lives.
//!
//! Table `credit_profiles`, one for a customer. The bank's other systems load it; it is read, never written here.

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use crate::{
    auth::{Area, May, Viewer},
    db::{Id, Money, Time, Where, tables::credit_profiles},
    domains::customers::BankCustomer,
    entity,
    error::AppResult,
    graphql::{ContextExt, Relation, entity::Visible, id_number, scalars::Long},
};

/// What is known of a customer's credit
#[derive(Clone, Debug, Queryable, Selectable, Insertable, SimpleObject, Serialize)]
#[diesel(table_name = credit_profiles)]
#[graphql(complex)]
pub struct CreditProfile {
    /// Opaque global id
    #[diesel(skip_insertion)]
    pub id: Id<CreditProfile>,
    /// Whose credit it is
    pub customer_id: Id<BankCustomer>,
    /// Credit that he has made use of (legacy incidenceOfLetter, 用信发生额)
    pub credit_used: Money,
    /// What he borrowed for a house (legacy housingMortgageDebt)
    pub mortgage_debt: Money,
    /// What he borrowed for his business (legacy businessLoanDebt)
    pub business_debt: Money,
    /// What he borrowed for his household (legacy consumerLoanDebt)
    pub consumer_debt: Money,
    /// What he still owes for a house (legacy housingMortgageRemainder)
    pub mortgage_left: Money,
    /// What he still owes for his business (legacy businessLoanRemainder)
    pub business_left: Money,
    /// What he still owes for his household (legacy consumerLoanRemainder)
    pub consumer_left: Money,
    /// How often he paid late (legacy overdueRecord)
    pub overdue_records: i32,
    /// What is overdue (legacy pastDue)
    pub overdue_amount: Money,
    /// Who he is (legacy basicIdentity, 基本身份)
    pub identity: String,
    /// Address (legacy address1)
    pub address: String,
    /// Another address (legacy address2)
    pub second_address: String,
    /// A third address (legacy address3)
    pub third_address: String,
    /// Husband or wife (legacy mate)
    pub spouse: String,
    /// How he gets on with family and neighbours (legacy neighborhoodRelation)
    pub neighbourhood: String,
    /// Whether he gambles, takes drugs and the like (legacy haveBadHabits: 0 no, 1 yes)
    pub has_bad_habits: bool,
    /// Whether he quarrels over private debts (legacy haveBadCredit: 0 no, 1 yes)
    pub has_bad_credit: bool,
    /// Whether a court lists him as dishonest (legacy isDishonest: 0 no, 1 yes)
    pub is_dishonest: bool,
    /// When it was loaded
    pub created_at: Time,
    /// When it was last loaded
    pub updated_at: Time,
}

entity!(CreditProfile, credit_profiles, asc);

impl Visible for CreditProfile {
    type Table = credit_profiles::table;
    const AREA: Option<Area> = Some(Area::CreditProfiles);

    /// Whoever sees the customer
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        BankCustomer::seen(viewer, |customers| Where::default().and(credit_profiles::customer_id.eq_any(customers)))
    }
}

impl CreditProfile {
    pub const OF_CUSTOMER: Relation<CreditProfile> =
        Relation { column: credit_profiles::customer_id::NAME, parent: |row| Some(row.customer_id.number) };
}

#[ComplexObject]
impl CreditProfile {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Id number of the customer; masked for those who may not ask for credit profiles
    #[graphql(complexity = 2)]
    pub async fn id_number(&self, ctx: &Context<'_>) -> AppResult<Option<String>> {
        let customer = ctx.load(self.customer_id).await?;
        customer.map(|it: BankCustomer| id_number::shown(ctx, Area::CreditProfiles, &it.id_number)).transpose()
    }

    /// Whose credit it is
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        ctx.load(self.customer_id).await
    }
}

#[derive(Default)]
pub struct CreditProfileQuery;

#[Object]
impl CreditProfileQuery {
    /// What is known of the credit of the customer with this id number
    #[graphql(guard = "May(Area::CreditProfiles)")]
    async fn credit_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole id number")] id_number: String,
    ) -> AppResult<Option<CreditProfile>> {
        let customer = BankCustomer::by_id_number(&mut ctx.read().await?, ctx.viewer()?, &id_number).await?;
        match customer {
            Some(customer) => ctx.child(CreditProfile::OF_CUSTOMER, customer.id.number).await,
            None => Ok(None),
        }
    }
}
