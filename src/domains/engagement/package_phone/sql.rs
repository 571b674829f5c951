//! Statements on `package_phones`.

use diesel::prelude::*;

use super::{PackagePhone, PackagePhoneInput, PackagePhoneUpdateInput, PhoneStatus};
use crate::{
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        sql::{Many, SkipLocked},
        tables::{call_packages, package_phones},
    },
    domains::{
        engagement::{CallPackage, EstateProject, upload},
        identity::EstateAgent,
    },
    graphql::{
        Relation,
        input::{self, patch},
    },
};

impl PackagePhone {
    pub const OF_PACKAGE: Relation<PackagePhone> =
        Relation { column: package_phones::package_id::NAME, parent: |phone| Some(phone.package_id.number) };
    pub const OF_AGENT: Relation<PackagePhone> =
        Relation { column: package_phones::agent_id::NAME, parent: |phone| phone.agent_id.map(|agent| agent.number) };

    /// The number of a package to call next, locked: one whose lease ran out (they were added before the free ones),
    /// else the first free one. Numbers that another transaction is handing out are passed over.
    pub(super) async fn next(
        conn: &mut Conn,
        package: Id<CallPackage>,
        lapsed: Time,
    ) -> QueryResult<Option<PackagePhone>> {
        let handed_out = Where::<package_phones::table>::default()
            .and(package_phones::status.eq(PhoneStatus::HandedOut))
            .and(package_phones::handed_out_at.lt(lapsed));
        let free = Where::default().and(package_phones::status.eq(PhoneStatus::Free));
        for wanted in [handed_out, free] {
            let first = package_phones::table
                .filter(package_phones::package_id.eq(package))
                .filter(wanted)
                .order(package_phones::id)
                .limit(1)
                .select(PackagePhone::cols());
            if let Some(phone) = SkipLocked(first).opt(conn).await? {
                return Ok(Some(phone));
            }
        }
        Ok(None)
    }

    pub(super) async fn hand_out(
        conn: &mut Conn,
        id: Id<PackagePhone>,
        agent: Id<EstateAgent>,
    ) -> QueryResult<PackagePhone> {
        let now = Time::now();
        diesel::update(package_phones::table.filter(package_phones::id.eq(id)))
            .set((
                package_phones::status.eq(PhoneStatus::HandedOut),
                package_phones::agent_id.eq(agent),
                package_phones::handed_out_at.eq(now),
                package_phones::updated_at.eq(now),
            ))
            .returning(PackagePhone::cols())
            .one(conn)
            .await
    }

    /// The number that an agent was handed out last before anybody else, and its project
    pub async fn handed_out_to(
        conn: &mut Conn,
        agent: Id<EstateAgent>,
        package: Id<CallPackage>,
        phone_key: &str,
    ) -> QueryResult<Option<(PackagePhone, Id<EstateProject>)>> {
        package_phones::table
            .inner_join(call_packages::table)
            .filter(package_phones::package_id.eq(package))
            .filter(package_phones::phone_key.eq(phone_key.to_owned()))
            .filter(package_phones::agent_id.eq(agent))
            .select((PackagePhone::cols(), call_packages::project_id))
            .opt(conn)
            .await
    }

    /// None where the number was handed out to another agent meanwhile
    pub async fn set_called(
        conn: &mut Conn,
        id: Id<PackagePhone>,
        agent: Id<EstateAgent>,
    ) -> QueryResult<Option<PackagePhone>> {
        diesel::update(
            package_phones::table.filter(package_phones::id.eq(id)).filter(package_phones::agent_id.eq(agent)),
        )
        .set((package_phones::status.eq(PhoneStatus::Called), package_phones::updated_at.eq(Time::now())))
        .returning(PackagePhone::cols())
        .opt(conn)
        .await
    }

    /// Adds the numbers that the package does not hold yet
    pub(super) async fn add(
        conn: &mut Conn,
        package: Id<CallPackage>,
        phones: Vec<PackagePhoneInput>,
    ) -> QueryResult<Vec<PackagePhone>> {
        let now = Time::now();
        let row = |phone: &PackagePhoneInput| {
            (
                package_phones::package_id.eq(package),
                package_phones::phone.eq(phone.phone.clone()),
                package_phones::phone_key.eq(input::phone_key(&phone.phone)),
                package_phones::owner_name.eq(phone.owner_name.clone()),
                package_phones::status.eq(PhoneStatus::Free),
                package_phones::created_at.eq(now),
                package_phones::updated_at.eq(now),
            )
        };
        let mut added = Vec::with_capacity(phones.len());
        for chunk in phones.chunks(upload::CHUNK) {
            let rows: Vec<PackagePhone> = diesel::insert_into(package_phones::table)
                .values(Many(chunk.iter().map(row).collect()))
                .on_conflict_do_nothing()
                .returning(PackagePhone::cols())
                .all(conn)
                .await?;
            added.extend(rows);
        }
        Ok(added)
    }

    pub(super) async fn update(
        conn: &mut Conn,
        id: Id<PackagePhone>,
        change: PackagePhoneUpdateInput,
    ) -> QueryResult<PackagePhone> {
        let phone_key = change.phone.as_deref().map(input::phone_key);
        diesel::update(package_phones::table.filter(package_phones::id.eq(id)))
            .set((
                change.phone.map(|value| package_phones::phone.eq(value)),
                phone_key.map(|value| package_phones::phone_key.eq(value)),
                patch(change.owner_name).map(|value| package_phones::owner_name.eq(value)),
                package_phones::updated_at.eq(Time::now()),
            ))
            .returning(PackagePhone::cols())
            .one(conn)
            .await
    }

    pub(super) async fn delete(conn: &mut Conn, id: Id<PackagePhone>) -> QueryResult<usize> {
        diesel::delete(package_phones::table.filter(package_phones::id.eq(id))).run(conn).await
    }
}
