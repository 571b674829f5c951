//! Demo data of what the bank thinks of people: the white, grey and black list in turn, 90 people, half of them
//! customers; 60 opinions of advisers; profiles of the first 200 customers; 24 accounts with the credit bureau, all with
//! the demo password.
//!
//! The first entry is in the white list: the second customer, whom documents and tests name by his id number.

use diesel::prelude::*;
use rand::RngExt as _;

use super::{Demo, PASSWORD};
use crate::{
    app::App,
    db::{
        Conn, Id, Money, Run as _, Time,
        sql::Many,
        tables::{adviser_opinions, bank_customers, credit_profiles, list_entries, report_accounts},
    },
    domains::{
        credit::{
            AdviserOpinion, CreditProfile, Grid, ListEntry,
            list_entry::ListKind,
            report_account::{ReportAccountKind, ReportAccountStatus},
        },
        customers::BankCustomer,
    },
    error::AppResult,
};

const LISTED: usize = 90;
const OPINIONS: usize = 60;
const PROFILES: i64 = 200;
const ACCOUNTS: i64 = 24;
const LISTS: [ListKind; 3] = [ListKind::White, ListKind::Grey, ListKind::Black];
const YUAN: i64 = 10_000;

type Known = (Id<BankCustomer>, Option<Id<Grid>>, String, String, Option<String>);

/// After the customers
pub async fn fill(app: &App, conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let customers: Vec<Known> = bank_customers::table
        .filter(bank_customers::grid_id.is_not_null())
        .filter(bank_customers::id.le(PROFILES))
        .select((
            bank_customers::id,
            bank_customers::grid_id,
            bank_customers::name,
            bank_customers::id_number,
            bank_customers::phone,
        ))
        .order(bank_customers::id)
        .all(conn)
        .await?;
    lists(conn, demo, &customers).await?;
    opinions(conn, demo, &customers).await?;
    profiles(conn, demo, &customers).await?;
    accounts(app, conn, demo).await
}

async fn lists(conn: &mut Conn, demo: &mut Demo, customers: &[Known]) -> AppResult<()> {
    let mut entries: Vec<ListEntry> = Vec::new();
    for place in 0..LISTED {
        let kind = LISTS[place % LISTS.len()];
        let stranger = || (Id::new(0), None, demo.person(), demo.id_number(1), Some(demo.mobile()));
        let known = customers.get(place + 1).filter(|_| place < LISTED / 2).cloned();
        let (_, grid, name, id_number, phone) = known.unwrap_or_else(stranger);
        let since = demo.ago(300);
        let is_watched = kind != ListKind::White;
        if entries.iter().any(|entry| entry.id_number == id_number) {
            continue;
        }
        entries.push(ListEntry {
            id: Id::new(0),
            kind,
            grid_id: grid.unwrap_or(Id::new(1 + i64::try_from(place).unwrap_or_default())),
            name,
            id_number,
            phone,
            reason: is_watched.then(|| (place % 19 + 1).to_string()),
            comment: (place % 2 == 0).then(|| "评议小组意见一致".to_owned()),
            address: Some(format!("茶园路{}号", place + 1)),
            created_at: since,
            updated_at: since,
        });
    }
    let numbers = entries.iter().map(|entry| entry.id_number.clone()).collect();
    diesel::insert_into(list_entries::table).values(Many(entries)).run(conn).await?;
    Ok(ListEntry::tag(conn, numbers).await?)
}

async fn opinions(conn: &mut Conn, demo: &mut Demo, customers: &[Known]) -> AppResult<()> {
    let advisers: Vec<String> = (0..8).map(|_| demo.person()).collect();
    let opinion = |(place, (_, grid, name, id_number, phone)): (usize, &Known)| {
        let since = demo.ago(300);
        let amount = |demo: &mut Demo, most: i64| Some(Money(demo.rng.random_range(1..most) * 100 * YUAN));
        AdviserOpinion {
            id: Id::new(0),
            grid_id: grid.unwrap_or(Id::new(1)),
            name: name.clone(),
            id_number: id_number.clone(),
            phone: phone.clone().unwrap_or_default(),
            income: amount(demo, 2_000),
            expenditure: amount(demo, 1_000),
            credit_limit: if place % 7 == 0 { None } else { amount(demo, 3_000) },
            signed_on: since.0.format("%Y-%m-%d").to_string(),
            adviser_name: advisers[place % advisers.len()].clone(),
            comment: (place % 3 == 0).then(|| "为人诚信，按时还款".to_owned()),
            address: format!("滨河路{}号", place + 1),
            created_at: since,
            updated_at: since,
        }
    };
    let rows: Vec<_> = customers.iter().take(OPINIONS).enumerate().map(opinion).collect();
    diesel::insert_into(adviser_opinions::table).values(Many(rows)).run(conn).await?;
    Ok(())
}

async fn profiles(conn: &mut Conn, demo: &mut Demo, customers: &[Known]) -> AppResult<()> {
    let profile = |(place, (customer_id, ..)): (usize, &Known)| {
        let since = demo.ago(100);
        let mut amount = |every: usize| match place % every {
            0 => Money(demo.rng.random_range(10..5_000) * 100 * YUAN),
            _ => Money(0),
        };
        let [mortgage_debt, business_debt, consumer_debt] = [amount(2), amount(3), amount(4)];
        let late = place % 9 == 8;
        let half = |Money(amount)| Money(amount / 2);
        CreditProfile {
            id: Id::new(0),
            customer_id: *customer_id,
            credit_used: Money(mortgage_debt.0 + business_debt.0 + consumer_debt.0),
            mortgage_debt,
            business_debt,
            consumer_debt,
            mortgage_left: half(mortgage_debt),
            business_left: half(business_debt),
            consumer_left: half(consumer_debt),
            overdue_records: if late { 2 } else { 0 },
            overdue_amount: Money(if late { 1_200 * YUAN } else { 0 }),
            identity: if place % 2 == 0 { "农户" } else { "个体工商户" }.to_owned(),
            address: format!("文明路{}号", place + 1),
            second_address: String::new(),
            third_address: String::new(),
            spouse: if place % 3 == 0 { String::new() } else { demo.person() },
            neighbourhood: "和睦".to_owned(),
            has_bad_habits: place % 40 == 39,
            has_bad_credit: late,
            is_dishonest: place % 50 == 49,
            created_at: since,
            updated_at: since,
        }
    };
    let rows: Vec<_> = customers.iter().enumerate().map(profile).collect();
    diesel::insert_into(credit_profiles::table).values(Many(rows)).run(conn).await?;
    Ok(())
}

async fn accounts(app: &App, conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let mut rows = Vec::new();
    for number in 1..=ACCOUNTS {
        let since: Time = demo.ago(300);
        let status = match number % 8 {
            7 => ReportAccountStatus::Frozen,
            0 => ReportAccountStatus::Deleted,
            _ => ReportAccountStatus::Active,
        };
        let kind = if number % 2 == 0 { ReportAccountKind::Approval } else { ReportAccountKind::Query };
        rows.push((
            report_accounts::branch_id.eq(1 + number % 12),
            report_accounts::user_name.eq(format!("zx{number:04}")),
            report_accounts::password.eq(app.vault.seal(PASSWORD)?),
            report_accounts::status.eq(status),
            report_accounts::kind.eq(kind),
            report_accounts::comment.eq(Some("征信系统账号".to_owned())),
            report_accounts::reminder.eq(Some("每季度更换密码".to_owned())),
            report_accounts::created_at.eq(since),
            report_accounts::updated_at.eq(since),
        ));
    }
    diesel::insert_into(report_accounts::table).values(Many(rows)).run(conn).await?;
    Ok(())
}
