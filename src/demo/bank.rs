//! Demo data of the realm BANK: a tree of 17 branches and 60 employees.
//!
//! The documented examples name the branches 1, 3, 4 and 5 with the codes 17000 to 17003. The logins come first among
//! the employees: admin 1, manager 2, accountant 3, president 4.

use diesel::prelude::*;
use rand::RngExt as _;

use super::Demo;
use crate::{
    auth::{
        Realm,
        bank::{ACCOUNTANT, CUSTOMER_MANAGER, PRESIDENT},
    },
    db::{
        Conn, Run as _,
        sql::Many,
        tables::{bank_staff, bank_staff_roles, branches, role_permissions, roles},
    },
    domains::identity::{
        NewAccount,
        branch::{BranchKind, BranchRelation},
    },
    error::AppResult,
};

/// Number of the role 总行管理员
const ADMINISTRATOR: i64 = 4;
const STAFF: i64 = 60;

/// Number, code, name, number of the one above, level; parents first
const BRANCHES: &[(i64, &str, &str, i64, i32)] = &[
    (1, "17000", "云岭农商行", 0, 0),
    (2, "17010", "科技部", 1, 1),
    (3, "17001", "翠湖支行", 1, 1),
    (4, "17002", "金沙支行", 1, 1),
    (5, "17003", "滨江支行", 1, 1),
    (6, "17101", "翠湖东分理处", 3, 2),
    (7, "17102", "翠湖西分理处", 3, 2),
    (8, "17201", "金沙南分理处", 4, 2),
    (9, "17202", "金沙北分理处", 4, 2),
    (10, "17301", "滨江桥头分理处", 5, 2),
    (11, "17302", "滨江码头分理处", 5, 2),
    (12, "17111", "柳树村服务点", 6, 3),
    (13, "17112", "石桥村服务点", 6, 3),
    (14, "17121", "荷塘村服务点", 7, 3),
    (15, "17211", "沙湾村服务点", 8, 3),
    (16, "17221", "竹林村服务点", 9, 3),
    (17, "17311", "渡口村服务点", 10, 3),
];

pub async fn fill(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    tree(conn, demo).await?;
    roles(conn, demo).await?;
    staff(conn, demo).await
}

async fn tree(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let mut paths = std::collections::HashMap::new();
    for (id, code, name, parent, level) in BRANCHES {
        let above: &String = paths.entry(*parent).or_insert_with(|| "/".to_owned());
        let path = format!("{above}{id}/");
        paths.insert(*id, path.clone());
        let kind = if *id == 2 { BranchKind::Group } else { BranchKind::Branch };
        let row = (
            branches::id.eq(id),
            branches::code.eq(*code),
            branches::name.eq(*name),
            branches::parent_id.eq((*parent > 0).then_some(*parent)),
            branches::path.eq(path),
            branches::level.eq(level),
            branches::kind.eq(kind),
            branches::relation.eq(BranchRelation::Administrative),
            branches::corporation_code.eq("121212"),
            branches::description.eq(*name),
            branches::created_at.eq(demo.ago(365)),
            branches::updated_at.eq(demo.now),
        );
        diesel::insert_into(branches::table).values(row).run(conn).await?;
    }
    Ok(conn.number_on("branches").await?)
}

/// Two roles more than the tables come with: one that some have, one that nobody has
async fn roles(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    for (name, scope, permissions) in [("网格督导", "supervisor", 11..=17), ("见习客户经理", "trainee", 13..=14)]
    {
        let row = (
            roles::name.eq(name),
            roles::scope.eq(scope),
            roles::description.eq(name),
            roles::created_at.eq(demo.now),
            roles::updated_at.eq(demo.now),
        );
        let id: i64 = diesel::insert_into(roles::table).values(row).returning(roles::id).one(conn).await?;
        let row = |permission: i64| (role_permissions::role_id.eq(id), role_permissions::permission_id.eq(permission));
        let rows = Many(permissions.map(row).collect());
        diesel::insert_into(role_permissions::table).values(rows).run(conn).await?;
    }
    Ok(())
}

async fn staff(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let logins = [("admin", 1, ADMINISTRATOR), ("manager", 6, CUSTOMER_MANAGER), ("accountant", 3, ACCOUNTANT)];
    let logins: Vec<_> = logins.into_iter().chain([("president", 3, PRESIDENT)]).collect();
    for number in 1..=STAFF {
        let place = usize::try_from(number - 1).unwrap_or_default();
        // Behind the logins every branch gets customer managers, an accountant and a president in turn.
        let (login, branch, role) = match logins.get(place) {
            Some((login, branch, role)) => ((*login).to_owned(), *branch, *role),
            None => {
                let role = [CUSTOMER_MANAGER, CUSTOMER_MANAGER, ACCOUNTANT, PRESIDENT][place / 15 % 4];
                (format!("staff{number:02}"), 3 + (number % 15), role)
            }
        };
        let name = demo.person();
        let sex = demo.rng.random_range(1..=2);
        let new = NewAccount {
            realm: Some(Realm::Bank),
            login: login.clone(),
            name: name.clone(),
            password_hash: demo.password.clone(),
            is_manager: false,
        };
        let account = demo.account(conn, new).await?;
        let since = demo.ago(365);
        let row = (
            bank_staff::id.eq(number),
            bank_staff::account_id.eq(account.id),
            bank_staff::branch_id.eq(branch),
            bank_staff::name.eq(name),
            bank_staff::id_number.eq(demo.id_number(sex)),
            bank_staff::phone.eq(demo.mobile()),
            bank_staff::sex.eq(sex),
            bank_staff::email.eq(format!("{login}@bank.example")),
            bank_staff::avatar_url.eq(format!("/static/avatar/{login}.png")),
            bank_staff::qr_code.eq(format!("/static/qr/{login}.png")),
            bank_staff::corporation_code.eq("121212"),
            bank_staff::corporation_name.eq(BRANCHES[0].2),
            bank_staff::created_at.eq(since),
            bank_staff::updated_at.eq(since),
        );
        diesel::insert_into(bank_staff::table).values(row).run(conn).await?;
        // One in twenty is a supervisor too.
        let held: Vec<i64> = if number % 20 == 0 { vec![role, 5] } else { vec![role] };
        let row = |role| (bank_staff_roles::staff_id.eq(number), bank_staff_roles::role_id.eq(role));
        let rows = Many(held.into_iter().map(row).collect());
        diesel::insert_into(bank_staff_roles::table).values(rows).run(conn).await?;
    }
    Ok(conn.number_on("bank_staff").await?)
}
