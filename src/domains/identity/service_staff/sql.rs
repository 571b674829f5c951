//! What is read and written of employees.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_trait::async_trait;
use diesel::{dsl::exists, prelude::*};

use super::{ServiceStaff, ServiceStaffCreateInput, ServiceStaffUpdateInput};
use crate::{
    auth::{Realm, Viewer},
    db::{
        Cols as _, Conn, Id, Run as _, Time,
        tables::{accounts, service_staff, sessions},
    },
    domains::identity::Account,
    error::{AppError, AppResult},
    graphql::{Relation, entity::Loads, input::patch},
};

impl ServiceStaff {
    pub const OF_ACCOUNT: Relation<ServiceStaff> =
        Relation { column: service_staff::account_id::NAME, parent: |staff| Some(staff.account_id.number) };

    /// The employee who asks, where it is one
    pub fn asking(viewer: &Viewer) -> Option<Id<ServiceStaff>> {
        viewer.profile_id.filter(|_| viewer.realm == Some(Realm::Service)).map(Id::new)
    }

    pub async fn of_account(conn: &mut Conn, account: Id<Account>) -> QueryResult<Option<ServiceStaff>> {
        service_staff::table.filter(service_staff::account_id.eq(account)).select(ServiceStaff::cols()).opt(conn).await
    }

    pub(super) async fn create(
        conn: &mut Conn,
        account: Id<Account>,
        new: ServiceStaffCreateInput,
    ) -> QueryResult<ServiceStaff> {
        let now = Time::now();
        diesel::insert_into(service_staff::table)
            .values((
                new,
                service_staff::account_id.eq(account),
                service_staff::created_at.eq(now),
                service_staff::updated_at.eq(now),
            ))
            .returning(ServiceStaff::cols())
            .one(conn)
            .await
    }

    pub(super) async fn update(
        conn: &mut Conn,
        id: Id<ServiceStaff>,
        change: ServiceStaffUpdateInput,
    ) -> QueryResult<ServiceStaff> {
        diesel::update(service_staff::table.filter(service_staff::id.eq(id)))
            .set((
                change.phone.map(|value| service_staff::phone.eq(value)),
                patch(change.number).map(|value| service_staff::number.eq(value)),
                patch(change.nickname).map(|value| service_staff::nickname.eq(value)),
                change.name.map(|value| service_staff::name.eq(value)),
                patch(change.avatar_url).map(|value| service_staff::avatar_url.eq(value)),
                patch(change.sex).map(|value| service_staff::sex.eq(value)),
                patch(change.title).map(|value| service_staff::title.eq(value)),
                patch(change.birthday).map(|value| service_staff::birthday.eq(value)),
                patch(change.address).map(|value| service_staff::address.eq(value)),
                patch(change.school).map(|value| service_staff::school.eq(value)),
                patch(change.education).map(|value| service_staff::education.eq(value)),
                patch(change.rank_id).map(|value| service_staff::rank_id.eq(value)),
                patch(change.rank_type).map(|value| service_staff::rank_type.eq(value)),
                patch(change.entered_at).map(|value| service_staff::entered_at.eq(value)),
                patch(change.confirmed_at).map(|value| service_staff::confirmed_at.eq(value)),
                patch(change.resigned_at).map(|value| service_staff::resigned_at.eq(value)),
                service_staff::updated_at.eq(Time::now()),
            ))
            .returning(ServiceStaff::cols())
            .one(conn)
            .await
    }
}

/// What an employee's account says of him; not guarded by [`Account`]'s row rules, because colleagues see it
#[derive(Clone, Debug)]
pub struct Presence {
    pub login: String,
    pub is_enabled: bool,
    pub last_login_at: Option<Time>,
    /// Whether the account has a session that goes on
    pub is_online: bool,
}

/// Loader key of [`Presence`]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PresenceOf(pub Id<Account>);

type PresenceRow = (Id<Account>, String, bool, Option<Time>, bool);

#[async_trait]
impl Loader<PresenceOf> for Loads {
    type Value = Presence;
    type Error = AppError;

    async fn load(&self, keys: &[PresenceOf]) -> AppResult<HashMap<PresenceOf, Presence>> {
        let accounts: Vec<Id<Account>> = keys.iter().map(|key| key.0).collect();
        let live = sessions::table
            .filter(sessions::account_id.eq(accounts::id))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::expires_at.gt(Time::now()));
        let rows: Vec<PresenceRow> = accounts::table
            .filter(accounts::id.eq_any(accounts))
            .select((accounts::id, accounts::login, accounts::is_frozen, accounts::last_login_at, exists(live)))
            .all(&mut self.db.read().await?)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, login, is_frozen, last_login_at, is_online)| {
                (PresenceOf(id), Presence { login, is_enabled: !is_frozen, last_login_at, is_online })
            })
            .collect())
    }
}
