//! Statements on `property_customers`.

use diesel::{
    prelude::*,
    sql_types::{Nullable, Text},
};

use super::{PropertyCustomer, PropertyCustomerCreateInput, PropertyCustomerUpdateInput};
use crate::{
    db::{Cols as _, Conn, Id, Run as _, Time, tables::property_customers},
    domains::identity::EstateAgent,
    graphql::{
        Relation,
        input::{self, patch},
    },
};

diesel::define_sql_function! {
    /// The first text that is there
    fn coalesce(text: Nullable<Text>, other: Text) -> Text;
}

impl PropertyCustomer {
    pub const OF_AGENT: Relation<PropertyCustomer> =
        Relation { column: property_customers::agent_id::NAME, parent: |customer| Some(customer.agent_id.number) };

    /// The customer whom an agent registered with this phone
    pub async fn of_agent_and_phone(
        conn: &mut Conn,
        agent: Id<EstateAgent>,
        phone_key: &str,
    ) -> QueryResult<Option<PropertyCustomer>> {
        property_customers::table
            .filter(property_customers::agent_id.eq(agent))
            .filter(property_customers::phone_key.eq(phone_key.to_owned()))
            .select(PropertyCustomer::cols())
            .opt(conn)
            .await
    }

    /// None where the agent has registered this phone already
    pub(super) async fn create(
        conn: &mut Conn,
        agent: Id<EstateAgent>,
        new: PropertyCustomerCreateInput,
    ) -> QueryResult<Option<PropertyCustomer>> {
        let now = Time::now();
        let row = (
            property_customers::agent_id.eq(agent),
            property_customers::name.eq(new.name),
            property_customers::phone_key.eq(input::phone_key(&new.phone)),
            property_customers::phone.eq(new.phone),
            property_customers::gender_code.eq(new.gender_code),
            property_customers::kind_code.eq(new.kind_code),
            property_customers::recommendation.eq(filled(new.recommendation)),
            property_customers::follow_up.eq(filled(new.follow_up)),
            property_customers::created_at.eq(now),
            property_customers::updated_at.eq(now),
        );
        diesel::insert_into(property_customers::table)
            .values(row)
            .on_conflict_do_nothing()
            .returning(PropertyCustomer::cols())
            .opt(conn)
            .await
    }

    /// Takes over what was registered again. The text grows in the statement itself, so that two at once lose nothing.
    pub(super) async fn renew(
        conn: &mut Conn,
        id: Id<PropertyCustomer>,
        new: PropertyCustomerCreateInput,
    ) -> QueryResult<PropertyCustomer> {
        let so_far = coalesce(property_customers::follow_up.concat("\n"), "");
        diesel::update(property_customers::table.filter(property_customers::id.eq(id)))
            .set((
                property_customers::name.eq(new.name),
                property_customers::phone.eq(new.phone),
                property_customers::gender_code.eq(new.gender_code),
                property_customers::kind_code.eq(new.kind_code),
                filled(new.recommendation).map(|value| property_customers::recommendation.eq(value)),
                filled(new.follow_up).map(|value| property_customers::follow_up.eq(so_far.concat(value).nullable())),
                property_customers::updated_at.eq(Time::now()),
            ))
            .returning(PropertyCustomer::cols())
            .one(conn)
            .await
    }

    pub(super) async fn update(
        conn: &mut Conn,
        id: Id<PropertyCustomer>,
        agent: Option<Id<EstateAgent>>,
        change: PropertyCustomerUpdateInput,
    ) -> QueryResult<PropertyCustomer> {
        let phone_key = change.phone.as_deref().map(input::phone_key);
        diesel::update(property_customers::table.filter(property_customers::id.eq(id)))
            .set((
                agent.map(|value| property_customers::agent_id.eq(value)),
                change.name.map(|value| property_customers::name.eq(value)),
                change.phone.map(|value| property_customers::phone.eq(value)),
                phone_key.map(|value| property_customers::phone_key.eq(value)),
                change.gender_code.map(|value| property_customers::gender_code.eq(value)),
                change.kind_code.map(|value| property_customers::kind_code.eq(value)),
                patch(change.recommendation).map(|value| property_customers::recommendation.eq(value)),
                patch(change.follow_up).map(|value| property_customers::follow_up.eq(value)),
                property_customers::updated_at.eq(Time::now()),
            ))
            .returning(PropertyCustomer::cols())
            .one(conn)
            .await
    }

    pub(super) async fn delete(conn: &mut Conn, id: Id<PropertyCustomer>) -> QueryResult<usize> {
        diesel::delete(property_customers::table.filter(property_customers::id.eq(id))).run(conn).await
    }
}

/// A text that says something
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
