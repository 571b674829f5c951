//! Employees who took part in a record (eartip 跟进者, follower_id): the link tables `*_staff` of follow-ups, demand
//! changes, ratings and contracts.

use crate::{
    auth::Viewer,
    db::{Conn, Id},
    domains::identity::ServiceStaff,
    error::AppResult,
    graphql::Entity,
};

/// Employees that a record may name
const MOST: usize = 100;

/// The employees that `input.followerIds` names, each once
pub async fn named(conn: &mut Conn, viewer: &Viewer, ids: Vec<Id<ServiceStaff>>) -> AppResult<Vec<i64>> {
    let ids = ServiceStaff::named_all(conn, viewer, "followerIds", ids, MOST).await?;
    Ok(ids.into_iter().map(|id| id.number).collect())
}

/// Links a record's entity to employees
///
/// `followers!(FollowUp, follow_ups, follow_up_staff, follow_up_id)` gives it `FollowUp::FOLLOWERS` (the [`Link`]),
/// `FollowUp::followed_by` for filters, `FollowUp::follower_ids`, `FollowUp::set_followers` and, for updates,
/// `FollowUp::change_followers`, which checks the input, replaces them and answers the ids before and after.
///
/// [`Link`]: crate::graphql::Link
macro_rules! followers {
    ($entity:ident, $records:ident, $table:ident, $record:ident) => {
        impl $entity {
            pub const FOLLOWERS: $crate::graphql::Link<$crate::domains::identity::ServiceStaff> =
                $crate::graphql::Link::new(stringify!($table), |records| {
                    let pair = ($table::$record, $table::staff_id);
                    Box::new($table::table.filter($table::$record.eq_any(records)).select(pair).order(pair))
                });

            /// That the employee took part in
            fn followed_by(
                staff: $crate::db::Id<$crate::domains::identity::ServiceStaff>,
            ) -> $crate::db::Where<<$entity as $crate::graphql::entity::Visible>::Table> {
                let followed = $table::table.filter($table::staff_id.eq(staff)).select($table::$record);
                $crate::db::Where::default().and($records::id.eq_any(followed))
            }

            async fn follower_ids(
                conn: &mut $crate::db::Conn,
                id: $crate::db::Id<$entity>,
            ) -> diesel::QueryResult<Vec<i64>> {
                let linked = $table::table.filter($table::$record.eq(id));
                linked.select($table::staff_id).order($table::staff_id).all(conn).await
            }

            async fn set_followers(
                conn: &mut $crate::db::Conn,
                id: $crate::db::Id<$entity>,
                staff: &[i64],
            ) -> diesel::QueryResult<()> {
                diesel::delete($table::table.filter($table::$record.eq(id))).run(conn).await?;
                let rows: Vec<_> =
                    staff.iter().map(|staff| ($table::$record.eq(id), $table::staff_id.eq(*staff))).collect();
                if !rows.is_empty() {
                    diesel::insert_into($table::table).values($crate::db::sql::Many(rows)).run(conn).await?;
                }
                Ok(())
            }

            async fn change_followers(
                conn: &mut $crate::db::Conn,
                viewer: &$crate::auth::Viewer,
                id: $crate::db::Id<$entity>,
                wanted: Option<Vec<$crate::db::Id<$crate::domains::identity::ServiceStaff>>>,
            ) -> $crate::error::AppResult<(Vec<i64>, Vec<i64>)> {
                let old = Self::follower_ids(conn, id).await?;
                let Some(wanted) = wanted else { return Ok((old.clone(), old)) };
                let new = $crate::domains::engagement::followers::named(conn, viewer, wanted).await?;
                if new != old {
                    Self::set_followers(conn, id, &new).await?;
                }
                Ok((old, new))
            }
        }
    };
}
pub(super) use followers;

/// The beginning of a text, as one line of a summary shows it
pub fn brief(text: &str) -> String {
    const LENGTH: usize = 80;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
