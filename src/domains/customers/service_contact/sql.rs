//! What is read and written of contacts.

use async_graphql::MaybeUndefined;
use diesel::prelude::*;

use super::{ServiceContact, ServiceContactCreateInput, ServiceContactUpdateInput};
use crate::{
    auth::Viewer,
    db::{Cols as _, Conn, Id, Run as _, Time, tables::service_contacts},
    domains::customers::ClientOrganization,
    error::AppResult,
    graphql::{
        Entity, Relation,
        input::{self, patch},
    },
};

impl ServiceContact {
    pub const OF_ORGANIZATION: Relation<ServiceContact> = Relation {
        column: service_contacts::organization_id::NAME,
        parent: |contact| contact.organization_id.map(|id| id.number),
    };

    pub(super) async fn create(conn: &mut Conn, new: ServiceContactCreateInput) -> QueryResult<ServiceContact> {
        let now = Time::now();
        let phone_key = new.phone.as_deref().map(input::phone_key);
        diesel::insert_into(service_contacts::table)
            .values((
                new,
                service_contacts::phone_key.eq(phone_key),
                service_contacts::created_at.eq(now),
                service_contacts::updated_at.eq(now),
            ))
            .returning(ServiceContact::cols())
            .one(conn)
            .await
    }

    pub(super) async fn update(
        conn: &mut Conn,
        id: Id<ServiceContact>,
        change: ServiceContactUpdateInput,
    ) -> QueryResult<ServiceContact> {
        let phone = patch(change.phone);
        let phone_key = phone.as_ref().map(|phone| phone.as_deref().map(input::phone_key));
        diesel::update(service_contacts::table.filter(service_contacts::id.eq(id)))
            .set((
                patch(change.organization_id).map(|value| service_contacts::organization_id.eq(value)),
                patch(change.kind).map(|value| service_contacts::kind.eq(value)),
                patch(change.nickname).map(|value| service_contacts::nickname.eq(value)),
                change.real_name.map(|value| service_contacts::name.eq(value)),
                patch(change.avatar_url).map(|value| service_contacts::avatar_url.eq(value)),
                phone.map(|value| service_contacts::phone.eq(value)),
                phone_key.map(|value| service_contacts::phone_key.eq(value)),
                patch(change.job).map(|value| service_contacts::job.eq(value)),
                patch(change.sex).map(|value| service_contacts::sex.eq(value)),
                change.status.map(|value| service_contacts::status.eq(value)),
                service_contacts::updated_at.eq(Time::now()),
            ))
            .returning(ServiceContact::cols())
            .one(conn)
            .await
    }

    pub(super) async fn delete(conn: &mut Conn, id: Id<ServiceContact>) -> QueryResult<usize> {
        diesel::delete(service_contacts::table.filter(service_contacts::id.eq(id))).run(conn).await
    }

    /// The organisation of a new record about a contact: the one that the input names, else the contact's
    pub async fn organization_of_record(
        conn: &mut Conn,
        viewer: &Viewer,
        contact: Id<ServiceContact>,
        organization: Option<Id<ClientOrganization>>,
    ) -> AppResult<Option<Id<ClientOrganization>>> {
        let contact = ServiceContact::named(conn, viewer, "contactId", contact).await?;
        match organization {
            Some(id) => ClientOrganization::named(conn, viewer, "organizationId", id).await.map(|found| Some(found.id)),
            None => Ok(contact.organization_id),
        }
    }

    /// The organisation of a changed record: the one that the input names; else it follows a change of the contact
    pub async fn organization_of_change(
        conn: &mut Conn,
        viewer: &Viewer,
        contact: Option<Id<ServiceContact>>,
        organization: MaybeUndefined<Id<ClientOrganization>>,
    ) -> AppResult<MaybeUndefined<Id<ClientOrganization>>> {
        let contact = match contact {
            Some(id) => Some(ServiceContact::named(conn, viewer, "contactId", id).await?),
            None => None,
        };
        match (organization, contact) {
            (MaybeUndefined::Undefined, Some(contact)) => Ok(Some(contact.organization_id).into()),
            (organization, _) => {
                if let MaybeUndefined::Value(id) = organization {
                    ClientOrganization::named(conn, viewer, "organizationId", id).await?;
                }
                Ok(organization)
            }
        }
    }
}
