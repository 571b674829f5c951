//! What is read and written of residents.

use diesel::prelude::*;

use super::Resident;
use crate::{
    auth::Viewer,
    db::{
        Cols as _, Conn, Run as _, Time,
        sql::{Alike, Many},
        tables::residents,
    },
    domains::customers::{BankCustomer, Family},
    graphql::{Entity, Link, Relation, entity::Visible, input::id_number_key},
};

impl Resident {
    pub const OF_GRID: Relation<Resident> =
        Relation { column: residents::grid_id::NAME, parent: |resident| Some(resident.grid_id.number) };

    pub const OF_FAMILY: Link<Resident> =
        Link::new("families_residents", |ids| Alike::pairs("families", "residents", "household_number", ids));

    pub const FAMILY: Link<Family> =
        Link::new("residents_families", |ids| Alike::pairs("residents", "families", "household_number", ids));

    pub const CUSTOMER: Link<BankCustomer> =
        Link::new("residents_customers", |ids| Alike::pairs("residents", "bank_customers", "id_number", ids));

    pub const OF_CUSTOMER: Link<Resident> =
        Link::new("customers_residents", |ids| Alike::pairs("bank_customers", "residents", "id_number", ids));

    pub async fn by_id_number(conn: &mut Conn, viewer: &Viewer, number: &str) -> QueryResult<Option<Resident>> {
        let wanted = Resident::visible(viewer).and(residents::id_number.eq(id_number_key(number)));
        Ok(Resident::fetch(conn, wanted, Resident::ORDER.first(1)).await?.into_iter().next())
    }

    pub(super) async fn create(conn: &mut Conn, new: Resident) -> QueryResult<Resident> {
        diesel::insert_into(residents::table).values(new).returning(Resident::cols()).one(conn).await
    }

    /// Those of the new ones whose id numbers the register did not have
    pub(super) async fn add(conn: &mut Conn, new: Vec<Resident>) -> QueryResult<Vec<Resident>> {
        if new.is_empty() {
            return Ok(new);
        }
        diesel::insert_into(residents::table)
            .values(Many(new))
            .on_conflict_do_nothing()
            .returning(Resident::cols())
            .all(conn)
            .await
    }

    pub(super) async fn update(conn: &mut Conn, changed: Resident) -> QueryResult<Resident> {
        diesel::update(residents::table.filter(residents::id.eq(changed.id)))
            .set(Resident { updated_at: Time::now(), ..changed })
            .returning(Resident::cols())
            .one(conn)
            .await
    }
}
