//! What an employee's roles and branch give him, as the session carries it.

use diesel::prelude::*;

use super::BankStaff;
use crate::{
    auth::{Areas, BankRights},
    db::{
        Conn, Id, Run as _,
        tables::{bank_staff, bank_staff_roles, branches, permissions, role_permissions},
    },
    domains::identity::Account,
};

impl BankStaff {
    /// His number and his rights
    pub async fn rights(conn: &mut Conn, account: Id<Account>) -> QueryResult<Option<(i64, BankRights)>> {
        let row: Option<(i64, i64, String, i32)> = bank_staff::table
            .inner_join(branches::table)
            .filter(bank_staff::account_id.eq(account))
            .select((bank_staff::id, branches::id, branches::path, branches::level))
            .opt(conn)
            .await?;
        let Some((staff, branch_id, branch_path, level)) = row else { return Ok(None) };
        let held: Vec<(i64, Option<String>)> = bank_staff_roles::table
            .left_join(role_permissions::table.on(role_permissions::role_id.eq(bank_staff_roles::role_id)))
            .left_join(permissions::table.on(permissions::id.eq(role_permissions::permission_id)))
            .filter(bank_staff_roles::staff_id.eq(staff))
            .select((bank_staff_roles::role_id, permissions::url.nullable()))
            .order(bank_staff_roles::role_id)
            .all(conn)
            .await?;
        let areas = Areas::opened(held.iter().filter_map(|(_, url)| url.as_deref()));
        let mut roles: Vec<i64> = held.into_iter().map(|(role, _)| role).collect();
        roles.dedup();
        Ok(Some((staff, BankRights { roles, areas, branch_id, branch_path, is_headquarters: level == 0 })))
    }
}
