//! Demo data of the realm SERVICE: a team of 36, 86 client organisations, 249 contacts and a year of their history.
//!
//! The documented examples name employees 1 and 2, menu items 1 and 2, organisations 1 and 83 to 86, contacts 1, 3, 227,
//! 236 and 249, records 1 and 7: numbers that an empty database hands out by itself.

use diesel::prelude::*;
use rand::RngExt as _;

use super::Demo;
use crate::{
    auth::Realm,
    db::{
        Conn, Money, Run as _, Time,
        sql::Many,
        tables::{
            accounts, client_organizations, demand_change_staff, demand_changes, follow_up_staff, follow_ups,
            menu_items, satisfaction_rating_staff, satisfaction_ratings, service_contacts, service_contract_staff,
            service_contracts, service_staff, service_staff_menu_items,
        },
    },
    domains::{
        engagement::FollowUpEvent,
        identity::{Account, NewAccount},
    },
    error::AppResult,
};

const STAFF: usize = 36;
const ORGANIZATIONS: usize = 86;
const CONTACTS: usize = 249;

const PLACES: &[&str] = &["云岭", "翠湖", "金沙", "滨江", "南屏", "春城", "苍山", "洱源", "石林", "澄江"];
const TRADES: &[&str] = &["科技", "建材", "医药", "物流", "文旅", "教育", "农业", "传媒", "机械", "食品"];
const FORMS: &[&str] = &["有限公司", "集团", "中心", "合作社"];
const JOBS: &[&str] = &["经理", "采购", "财务", "工程师", "主任", ""];
const GAINS: &[&str] = &["客户认可方案", "约定下周再谈", "收集到预算信息", "客户希望尽快上线", "介绍了新功能"];
const DEMANDS: &[&str] =
    &["增加日报导出", "需要手机端审批", "报表按部门汇总", "对接财务系统", "首页改版", "增加消息提醒"];
const NOTES: &[Option<&str>] = &[None, None, Some("客户沟通很好"), Some("需要技术支持"), Some("等待回复")];
const EVENTS: &[FollowUpEvent] = &[
    FollowUpEvent::Intake,
    FollowUpEvent::Visit,
    FollowUpEvent::Call,
    FollowUpEvent::Signing,
    FollowUpEvent::AfterSales,
];

/// A contact and its organisation
type Contact = (i64, Option<i64>);

pub async fn fill(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let staff = staff(conn, demo).await?;
    menu(conn, demo, &staff).await?;
    let organizations = organizations(conn, demo).await?;
    let contacts = contacts(conn, demo, &organizations).await?;
    follow_up(conn, demo, &contacts, &staff).await?;
    demand(conn, demo, &contacts, &staff).await?;
    rate(conn, demo, &contacts, &staff).await?;
    sign(conn, demo, &organizations, &staff).await
}

async fn staff(conn: &mut Conn, demo: &mut Demo) -> AppResult<Vec<i64>> {
    let mut rows = Vec::new();
    for place in 1..=STAFF {
        let phone = format!("188000000{place:02}");
        let name = demo.person();
        let new = NewAccount {
            realm: Some(Realm::Service),
            login: phone.clone(),
            name: name.clone(),
            password_hash: demo.password.clone(),
            is_manager: place == 1,
        };
        let account = demo.account(conn, new).await?;
        let entered_at = demo.ago(365);
        diesel::update(accounts::table.filter(accounts::id.eq(account.id)))
            .set(accounts::last_login_at.eq((place % 5 > 0).then(|| demo.ago(30))))
            .run(conn)
            .await?;
        // Two have left.
        let resigned_at = (place % 18 == 0).then(|| entered_at.max(demo.ago(30)));
        if resigned_at.is_some() {
            Account::set_frozen(conn, account.id, true).await?;
        }
        rows.push((
            service_staff::account_id.eq(account.id),
            service_staff::phone.eq(phone),
            service_staff::number.eq(Some(format!("{}", 9_999 + place))),
            service_staff::nickname.eq(Some(name.clone())),
            service_staff::name.eq(name),
            service_staff::avatar_url.eq(Some(format!("/static/upload/avatar/avatar_{place}.png"))),
            service_staff::sex.eq(Some(demo.rng.random_range(1..=2))),
            service_staff::title.eq(Some(demo.rng.random_range(1..=3))),
            service_staff::address.eq(Some(format!("云南{}", demo.pick(PLACES)))),
            service_staff::education.eq(Some(*demo.pick(&["本科", "专科", "硕士"]))),
            service_staff::rank_id.eq(Some(demo.rng.random_range(1..=5))),
            service_staff::rank_type.eq(Some(1)),
            service_staff::entered_at.eq(Some(entered_at)),
            service_staff::resigned_at.eq(resigned_at),
            service_staff::created_at.eq(entered_at),
            service_staff::updated_at.eq(entered_at),
        ));
    }
    diesel::insert_into(service_staff::table).values(Many(rows)).run(conn).await?;
    Ok(service_staff::table.select(service_staff::id).order(service_staff::id).all(conn).await?)
}

async fn menu(conn: &mut Conn, demo: &mut Demo, staff: &[i64]) -> AppResult<()> {
    let row = |name: &&'static str| {
        (
            menu_items::name.eq(*name),
            menu_items::content.eq(Some("")),
            menu_items::note.eq(Some("")),
            menu_items::created_at.eq(demo.now),
            menu_items::updated_at.eq(demo.now),
        )
    };
    let rows = ["客户管理", "拜访记录", "需求变更", "合同管理", "统计报表"].iter().map(row).collect();
    diesel::insert_into(menu_items::table).values(Many(rows)).run(conn).await?;
    let items: Vec<i64> = menu_items::table.select(menu_items::id).order(menu_items::id).all(conn).await?;
    let mut grants = Vec::new();
    for staff in staff {
        let some = demo.rng.random_range(2..=items.len());
        grants.extend(items.iter().take(some).map(|item| {
            (service_staff_menu_items::staff_id.eq(*staff), service_staff_menu_items::menu_item_id.eq(*item))
        }));
    }
    diesel::insert_into(service_staff_menu_items::table).values(Many(grants)).run(conn).await?;
    Ok(())
}

async fn organizations(conn: &mut Conn, demo: &mut Demo) -> AppResult<Vec<i64>> {
    let mut rows = Vec::new();
    for place in 1..=ORGANIZATIONS {
        let name = format!("{}{}{}", demo.pick(PLACES), demo.pick(TRADES), demo.pick(FORMS));
        let at = demo.ago(365);
        rows.push((
            client_organizations::kind.eq(Some(1)),
            client_organizations::name.eq(name.clone()),
            client_organizations::detail.eq(Some(name)),
            client_organizations::is_deleted.eq(place % 20 == 0),
            client_organizations::created_at.eq(at),
            client_organizations::updated_at.eq(at),
        ));
    }
    diesel::insert_into(client_organizations::table).values(Many(rows)).run(conn).await?;
    let standing = client_organizations::table.filter(client_organizations::is_deleted.eq(false));
    Ok(standing.select(client_organizations::id).order(client_organizations::id).all(conn).await?)
}

async fn contacts(conn: &mut Conn, demo: &mut Demo, organizations: &[i64]) -> AppResult<Vec<Contact>> {
    let mut rows = Vec::new();
    for place in 1..=CONTACTS {
        let organization = match place {
            1 => None,
            2..=8 => organizations.first().copied(),
            _ if place % 9 == 0 => None,
            _ => Some(*demo.pick(organizations)),
        };
        let (name, phone) = (demo.person(), demo.mobile());
        let created_at = demo.ago(365);
        let updated_at = if place % 3 == 0 { created_at.max(demo.ago(90)) } else { created_at };
        rows.push((
            service_contacts::organization_id.eq(organization),
            service_contacts::kind.eq(Some(demo.rng.random_range(1..=2))),
            service_contacts::nickname.eq(Some(format!("{}的{}", demo.pick(PLACES), name))),
            service_contacts::name.eq(if place % 7 == 0 { String::new() } else { name }),
            service_contacts::avatar_url.eq(Some(format!("/static/upload/avatar/contact_{place}.png"))),
            service_contacts::phone.eq(Some(phone.clone())),
            service_contacts::phone_key.eq(Some(phone)),
            service_contacts::job.eq(Some(*demo.pick(JOBS))),
            service_contacts::sex.eq(Some(demo.rng.random_range(0..=2))),
            service_contacts::status.eq(1),
            service_contacts::created_at.eq(created_at),
            service_contacts::updated_at.eq(updated_at),
        ));
    }
    diesel::insert_into(service_contacts::table).values(Many(rows)).run(conn).await?;
    let columns = (service_contacts::id, service_contacts::organization_id);
    Ok(service_contacts::table.select(columns).order(service_contacts::id).all(conn).await?)
}

/// A year of history, a third of it in the last week; the first contacts have the freshest
fn moment(demo: &mut Demo, place: usize) -> Time {
    let days = if place.is_multiple_of(3) || place < 10 { 6 } else { 365 };
    demo.ago(days)
}

/// Some employees, each once
fn some(demo: &mut Demo, staff: &[i64]) -> Vec<i64> {
    let first = demo.rng.random_range(0..staff.len());
    let number = demo.rng.random_range(1..=3);
    (first..first + number).map(|place| staff[place % staff.len()]).collect()
}

async fn follow_up(conn: &mut Conn, demo: &mut Demo, contacts: &[Contact], staff: &[i64]) -> AppResult<()> {
    for place in 0..480 {
        let (contact, organization) = if place < 10 { contacts[place] } else { *demo.pick(contacts) };
        let at = moment(demo, place);
        let row = (
            follow_ups::contact_id.eq(contact),
            follow_ups::organization_id.eq(organization),
            follow_ups::operator_id.eq(Some(*demo.pick(staff))),
            follow_ups::event.eq(*demo.pick(EVENTS)),
            follow_ups::recorded_at.eq(at),
            follow_ups::gain.eq(Some(*demo.pick(GAINS))),
            follow_ups::attachment.eq((place % 6 == 0).then(|| format!("/static/upload/cover/cover_{place}.png"))),
            follow_ups::note.eq(*demo.pick(NOTES)),
            follow_ups::created_at.eq(at),
            follow_ups::updated_at.eq(at),
        );
        let id: i64 = diesel::insert_into(follow_ups::table).values(row).returning(follow_ups::id).one(conn).await?;
        let row = |staff| (follow_up_staff::follow_up_id.eq(id), follow_up_staff::staff_id.eq(staff));
        let rows = Many(some(demo, staff).into_iter().map(row).collect());
        diesel::insert_into(follow_up_staff::table).values(rows).run(conn).await?;
    }
    Ok(())
}

async fn demand(conn: &mut Conn, demo: &mut Demo, contacts: &[Contact], staff: &[i64]) -> AppResult<()> {
    for place in 0..300 {
        let (contact, organization) = if place < 10 { contacts[place] } else { *demo.pick(contacts) };
        let at = moment(demo, place);
        let row = (
            demand_changes::contact_id.eq(contact),
            demand_changes::organization_id.eq(organization),
            demand_changes::operator_id.eq(Some(*demo.pick(staff))),
            demand_changes::content.eq(*demo.pick(DEMANDS)),
            demand_changes::recorded_at.eq(at),
            demand_changes::attachment.eq((place % 6 == 0).then(|| format!("/static/upload/cover/demand_{place}.png"))),
            demand_changes::note.eq(*demo.pick(NOTES)),
            demand_changes::created_at.eq(at),
            demand_changes::updated_at.eq(at),
        );
        let id: i64 =
            diesel::insert_into(demand_changes::table).values(row).returning(demand_changes::id).one(conn).await?;
        let row = |staff| (demand_change_staff::demand_change_id.eq(id), demand_change_staff::staff_id.eq(staff));
        let rows = Many(some(demo, staff).into_iter().map(row).collect());
        diesel::insert_into(demand_change_staff::table).values(rows).run(conn).await?;
    }
    Ok(())
}

async fn rate(conn: &mut Conn, demo: &mut Demo, contacts: &[Contact], staff: &[i64]) -> AppResult<()> {
    for place in 0..240 {
        let (contact, _) = if place < 10 { contacts[place] } else { *demo.pick(contacts) };
        let at = moment(demo, place);
        let row = (
            satisfaction_ratings::contact_id.eq(contact),
            satisfaction_ratings::operator_id.eq(Some(*demo.pick(staff))),
            satisfaction_ratings::score.eq(demo.rng.random_range(-10..=10)),
            satisfaction_ratings::recorded_at.eq(at),
            satisfaction_ratings::note.eq(*demo.pick(NOTES)),
            satisfaction_ratings::created_at.eq(at),
            satisfaction_ratings::updated_at.eq(at),
        );
        let new = diesel::insert_into(satisfaction_ratings::table).values(row);
        let id: i64 = new.returning(satisfaction_ratings::id).one(conn).await?;
        let row = |staff| {
            (satisfaction_rating_staff::satisfaction_rating_id.eq(id), satisfaction_rating_staff::staff_id.eq(staff))
        };
        let rows = Many(some(demo, staff).into_iter().map(row).collect());
        diesel::insert_into(satisfaction_rating_staff::table).values(rows).run(conn).await?;
    }
    Ok(())
}

async fn sign(conn: &mut Conn, demo: &mut Demo, organizations: &[i64], staff: &[i64]) -> AppResult<()> {
    for place in 0..200 {
        let organization = if place < 10 { organizations[place] } else { *demo.pick(organizations) };
        let at = moment(demo, place);
        let (creator, editor) = (*demo.pick(staff), *demo.pick(staff));
        let amount = Money(demo.rng.random_range(10..=500) * 1_000 * 10_000);
        let remitted = (place % 2 == 0).then_some(Money(amount.0 / 2));
        // One in eight is not signed yet.
        let signed_at = (place % 8 != 7).then_some(at);
        let row = (
            service_contracts::organization_id.eq(organization),
            service_contracts::name.eq(format!("{}服务合同", demo.pick(TRADES))),
            service_contracts::code.eq(Some(format!("HT{:05}", place + 1))),
            service_contracts::amount.eq(Some(amount)),
            service_contracts::signed_at.eq(signed_at),
            service_contracts::remitted_amount.eq(remitted),
            service_contracts::remitted_at.eq(remitted.map(|_| at)),
            service_contracts::creator_id.eq(Some(creator)),
            service_contracts::editor_id.eq(Some(editor)),
            service_contracts::note.eq(*demo.pick(NOTES)),
            service_contracts::dated_at.eq(at),
            service_contracts::created_at.eq(at),
            service_contracts::updated_at.eq(at),
        );
        let new = diesel::insert_into(service_contracts::table).values(row);
        let id: i64 = new.returning(service_contracts::id).one(conn).await?;
        let row =
            |staff| (service_contract_staff::service_contract_id.eq(id), service_contract_staff::staff_id.eq(staff));
        let rows = Many(some(demo, staff).into_iter().map(row).collect());
        diesel::insert_into(service_contract_staff::table).values(rows).run(conn).await?;
    }
    Ok(())
}
