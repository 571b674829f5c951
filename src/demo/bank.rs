//! Demo data of the realm BANK: a tree of 18 branches, 60 employees, 150 regions, 6 dictionaries.
//!
//! The documented examples name the branches 1, 3, 4 and 5 with the codes 17000 to 17003, and the regions 10000 to 10003
//! with some below 10002. The logins come first among the employees: admin 1, manager 2, accountant 3, president 4.

use std::collections::HashMap;

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
        tables::{
            bank_staff, bank_staff_roles, branches, dictionaries, dictionary_entries, regions, role_permissions, roles,
        },
    },
    domains::identity::{
        NewAccount,
        branch::{BranchKind, BranchRelation},
        region::code,
    },
    error::AppResult,
};

/// Number of the role 总行管理员
const ADMINISTRATOR: i64 = 4;
const STAFF: i64 = 60;
const PLACES: &[&str] = &["云岭", "翠湖", "金沙", "滨江", "南屏", "青石", "柳河", "白水", "松林", "大泽"];

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
    (18, "17321", "码头村服务点（筹）", 11, 3),
];

/// Code, name, code of the one above, description; parents first
const REGIONS: &[(&str, &str, &str, &str)] = &[
    ("10000", "中国", "", "中华人民共和国"),
    ("10001", "北京市", "10000", "北京直辖市"),
    ("10002", "上海市", "10000", "上海直辖市"),
    ("10003", "广东省", "10000", "广东省"),
    ("10002100", "宝山区", "10002", "上海市下辖"),
    ("10002200", "浦东新区", "10002", "上海市下辖"),
    ("10002110", "祁华路", "10002100", "大场镇下辖"),
    ("10002120", "樱花路", "10002100", "大场镇下辖"),
    ("10002121", "大唐国际", "10002120", "樱花路下辖"),
];
/// What stands below a province, and how many of it below each one above
const KINDS: &[(&str, usize)] = &[("市", 3), ("县", 2), ("镇", 2), ("村", 3), ("组", 2)];

/// Name and items
const DICTIONARIES: &[(&str, &[&str])] = &[
    ("家庭关系", &["父亲", "母亲", "配偶", "儿子", "女儿"]),
    ("收入来源", &["种植", "养殖", "务工", "经商", "其他"]),
    ("住房情况", &["自购房", "自建房", "贷款购房", "租房"]),
    ("客户星级", &["一星", "二星", "三星", "四星", "五星"]),
    ("走访方式", &["上门", "电话", "微信"]),
    ("旧版行业", &["农业", "工业", "服务业"]),
];

pub async fn fill(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    tree(conn, demo).await?;
    roles(conn, demo).await?;
    staff(conn, demo).await?;
    land(conn, demo).await?;
    dictionaries(conn, demo).await
}

async fn tree(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let mut paths = HashMap::new();
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

async fn land(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let mut known: HashMap<String, Place> = HashMap::new();
    for (code, name, parent, description) in REGIONS {
        let parent = known.get(*parent).cloned();
        let region = region(conn, demo, code, name, description, parent.as_ref()).await?;
        known.insert((*code).to_owned(), region);
    }
    let mut above: Vec<Place> = known.get("10003").into_iter().cloned().collect();
    for (kind, number) in KINDS {
        let mut here = Vec::new();
        for parent in &above {
            for code in code::below(Some(&parent.code)).into_iter().take(*number) {
                let name = format!("{}{kind}", demo.pick(PLACES));
                here.push(region(conn, demo, &code, &name, &name, Some(parent)).await?);
            }
        }
        above = here;
    }
    Ok(())
}

/// A region that others can stand below
#[derive(Clone)]
struct Place {
    id: i64,
    code: String,
    path: String,
    level: i32,
}

async fn region(
    conn: &mut Conn,
    demo: &Demo,
    code: &str,
    name: &str,
    description: &str,
    parent: Option<&Place>,
) -> AppResult<Place> {
    let level = parent.map_or(0, |parent| parent.level + 1);
    let row = (
        regions::code.eq(code.to_owned()),
        regions::name.eq(name.to_owned()),
        regions::parent_id.eq(parent.map(|parent| parent.id)),
        regions::path.eq(""),
        regions::level.eq(level),
        regions::description.eq(description.to_owned()),
        regions::created_at.eq(demo.now),
        regions::updated_at.eq(demo.now),
    );
    let id: i64 = diesel::insert_into(regions::table).values(row).returning(regions::id).one(conn).await?;
    let path = format!("{}{id}/", parent.map_or("/", |parent| &parent.path));
    let placed = diesel::update(regions::table.filter(regions::id.eq(id))).set(regions::path.eq(path.clone()));
    placed.run(conn).await?;
    Ok(Place { id, code: code.to_owned(), path, level })
}

async fn dictionaries(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    for ((place, category), (name, items)) in (1..).zip(1_i64..).zip(DICTIONARIES) {
        let is_disabled = name.starts_with("旧版");
        let row = (
            dictionaries::code.eq(format!("D{place:05}")),
            dictionaries::name.eq(*name),
            dictionaries::category.eq(category),
            dictionaries::parent_code.eq("0"),
            dictionaries::is_disabled.eq(is_disabled),
            dictionaries::created_at.eq(demo.ago(365)),
            dictionaries::updated_at.eq(demo.now),
        );
        let new = diesel::insert_into(dictionaries::table).values(row);
        let (id, code): (i64, String) = new.returning((dictionaries::id, dictionaries::code)).one(conn).await?;
        let row = |(place, item): (i32, &&str)| {
            (
                dictionary_entries::kind.eq(code.clone()),
                dictionary_entries::code.eq((place + 1).to_string()),
                dictionary_entries::name.eq((*item).to_owned()),
                dictionary_entries::position.eq(place),
                dictionary_entries::dictionary_id.eq(id),
                dictionary_entries::description.eq(*name),
                dictionary_entries::is_disabled.eq(is_disabled),
            )
        };
        let rows = Many((0..).zip(*items).map(row).collect());
        diesel::insert_into(dictionary_entries::table).values(rows).run(conn).await?;
    }
    Ok(())
}
