//! What is read and written of contracts.

use async_graphql::MaybeUndefined;
use diesel::prelude::*;

use super::{ServiceContract, ServiceContractCreateInput, ServiceContractUpdateInput};
use crate::{
    db::{Cols as _, Conn, Id, Run as _, Time, tables::service_contracts},
    graphql::{Relation, input::patch},
};

impl ServiceContract {
    pub const OF_ORGANIZATION: Relation<ServiceContract> =
        Relation { column: service_contracts::organization_id::NAME, parent: |row| Some(row.organization_id.number) };
    pub const OF_CREATOR: Relation<ServiceContract> =
        Relation { column: service_contracts::creator_id::NAME, parent: |row| row.creator_id.map(|id| id.number) };

    pub(super) async fn create(conn: &mut Conn, new: ServiceContractCreateInput) -> QueryResult<ServiceContract> {
        let now = Time::now();
        let dated_at = new.signed_at.unwrap_or(now);
        diesel::insert_into(service_contracts::table)
            .values((
                new,
                service_contracts::dated_at.eq(dated_at),
                service_contracts::created_at.eq(now),
                service_contracts::updated_at.eq(now),
            ))
            .returning(ServiceContract::cols())
            .one(conn)
            .await
    }

    pub(super) async fn update(
        conn: &mut Conn,
        before: &ServiceContract,
        change: ServiceContractUpdateInput,
    ) -> QueryResult<ServiceContract> {
        let dated_at = match change.signed_at {
            MaybeUndefined::Undefined => before.dated_at,
            MaybeUndefined::Null => before.created_at,
            MaybeUndefined::Value(signed_at) => signed_at,
        };
        diesel::update(service_contracts::table.filter(service_contracts::id.eq(before.id)))
            .set((
                change.organization_id.map(|value| service_contracts::organization_id.eq(value)),
                change.name.map(|value| service_contracts::name.eq(value)),
                patch(change.code).map(|value| service_contracts::code.eq(value)),
                patch(change.amount).map(|value| service_contracts::amount.eq(value)),
                patch(change.signed_at).map(|value| service_contracts::signed_at.eq(value)),
                patch(change.remitted_amount).map(|value| service_contracts::remitted_amount.eq(value)),
                patch(change.remitted_at).map(|value| service_contracts::remitted_at.eq(value)),
                change.creator_id.map(|value| service_contracts::creator_id.eq(value)),
                change.editor_id.map(|value| service_contracts::editor_id.eq(value)),
                patch(change.note).map(|value| service_contracts::note.eq(value)),
                service_contracts::dated_at.eq(dated_at),
                service_contracts::updated_at.eq(Time::now()),
            ))
            .returning(ServiceContract::cols())
            .one(conn)
            .await
    }

    pub(super) async fn delete(conn: &mut Conn, id: Id<ServiceContract>) -> QueryResult<usize> {
        diesel::delete(service_contracts::table.filter(service_contracts::id.eq(id))).run(conn).await
    }
}
