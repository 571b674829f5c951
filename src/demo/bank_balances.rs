//! Demo data of what the bank's customers have and owe: two product accounts each, twelve months of history with some
//! changes large enough for each kind of alert, and what staff have to do.

use chrono::{Days, Duration};
use diesel::prelude::*;
use rand::RngExt as _;

use super::Demo;
use crate::{
    app::App,
    db::{
        Conn, Day, Id, Money, Rate, Run as _, Time,
        sql::Many,
        tables::{bank_customers, bank_products, grids, product_accounts, work_items},
    },
    domains::{
        credit::{
            BalanceChange, BalanceSummary, balance_change::Balance, balance_summary::Balances,
            bank_product::BalanceKind,
        },
        customers::{BankCustomer, bank_customer::BankCustomerStatus},
        engagement::work_item::{WorkEntrance, WorkKind, WorkStatus},
    },
    error::AppResult,
};

const YUAN: i64 = 10_000;
const MONTHS: u64 = 12;
const CHUNK: usize = 200;
/// Place of a customer, months ago, by how many yuan his deposits change, and his loans
const LARGE: &[(usize, u64, i64, i64)] = &[
    (0, 10, 6_000_000, 0),
    (1, 9, 1_200_000, 5_200_000),
    (2, 8, 150_000, 1_500_000),
    (0, 6, -5_500_000, 300_000),
    (60, 5, 8_000_000, 0),
    (90, 4, 2_000_000, 6_000_000),
    (1, 2, -1_000_000, -5_000_000),
    (3, 1, 400_000, 120_000),
    (120, 0, 1_100_000, -50_000),
];

struct Holder {
    id: Id<BankCustomer>,
    name: String,
    deposits: i64,
    loans: i64,
}

pub async fn fill(app: &App, conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let known: Vec<(Id<BankCustomer>, String)> = bank_customers::table
        .filter(bank_customers::status.ne(BankCustomerStatus::Draft))
        .filter(bank_customers::grid_id.is_not_null())
        .select((bank_customers::id, bank_customers::name))
        .order(bank_customers::id)
        .all(conn)
        .await?;
    let mut holders: Vec<Holder> =
        known.into_iter().map(|(id, name)| Holder { id, name, deposits: 0, loans: 0 }).collect();
    let zone = app.config.time_zone;
    let today = Day::today(zone);
    for ago in (0..MONTHS).rev() {
        let day = Day(today.0 - Days::new(ago * 30));
        let mut balances = Vec::new();
        for (place, holder) in holders.iter_mut().enumerate() {
            let large = LARGE.iter().find(|(who, when, ..)| (*who, *when) == (place, ago));
            if let Some((_, _, deposits, loans)) = large {
                holder.deposits += deposits * YUAN;
                holder.loans = (holder.loans + loans * YUAN).max(0);
            } else if ago == MONTHS - 1 || demo.rng.random_range(0..3) == 0 {
                holder.deposits = (holder.deposits + demo.rng.random_range(-30_000..60_000) * YUAN / 10).max(0);
                if place % 3 == 0 {
                    holder.loans = (holder.loans + demo.rng.random_range(-20_000..40_000) * YUAN / 10).max(0);
                }
            }
            for (kind, amount) in [(BalanceKind::Deposit, holder.deposits), (BalanceKind::Loan, holder.loans)] {
                balances.push(Balance { customer: holder.id, kind, amount: Money(amount) });
            }
        }
        BalanceChange::record(conn, zone, day, &balances).await?;
    }
    for chunk in holders.chunks(CHUNK) {
        let rows = chunk.iter().map(|holder| (holder.id, summary(holder))).collect();
        BalanceSummary::write(conn, today, rows).await?;
    }
    accounts(conn, demo, &holders).await?;
    work(conn, demo, &holders).await
}

fn summary(holder: &Holder) -> Balances {
    let all = holder.deposits;
    let current = all / 3 / 100 * 100;
    let figures = |total: i64| [total, total / 10 * 9, total / 10 * 8, total / 10 * 7, total].map(Money);
    let [deposit_total, deposit_month_average, deposit_quarter_average, deposit_year_average, deposit_point] =
        figures(all);
    let [current_total, current_month_average, current_quarter_average, current_year_average, current_point] =
        figures(current);
    let [fixed_total, fixed_month_average, fixed_quarter_average, fixed_year_average, fixed_point] =
        figures(all - current);
    Balances {
        deposit_total,
        deposit_month_average,
        deposit_quarter_average,
        deposit_year_average,
        deposit_point,
        current_total,
        current_month_average,
        current_quarter_average,
        current_year_average,
        current_point,
        fixed_total,
        fixed_month_average,
        fixed_quarter_average,
        fixed_year_average,
        fixed_point,
        loan_total: Money(holder.loans),
    }
}

async fn accounts(conn: &mut Conn, demo: &mut Demo, holders: &[Holder]) -> AppResult<()> {
    let products: Vec<(i64, Rate)> = bank_products::table
        .filter(bank_products::is_open.eq(true))
        .select((bank_products::id, bank_products::rate))
        .order(bank_products::id)
        .all(conn)
        .await?;
    let mut rows = Vec::new();
    for (place, holder) in holders.iter().enumerate() {
        // The first four products are deposits.
        for (place, balance) in
            [(place % 4, holder.deposits), (4 + place % products.len().saturating_sub(4).max(1), holder.loans)]
        {
            let Some((product, rate)) = products.get(place) else { continue };
            let since = demo.ago(365);
            rows.push((
                product_accounts::customer_id.eq(holder.id),
                product_accounts::product_id.eq(*product),
                product_accounts::name.eq(holder.name.clone()),
                product_accounts::card_number.eq(format!("62539900{:08}{place}", holder.id.number)),
                product_accounts::rate.eq(*rate),
                product_accounts::balance.eq(Money(balance)),
                product_accounts::created_at.eq(since),
                product_accounts::updated_at.eq(since),
            ));
        }
    }
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk = Many(rows.by_ref().take(CHUNK).collect());
        diesel::insert_into(product_accounts::table).values(chunk).run(conn).await?;
    }
    Ok(())
}

/// Something to do for each fourth customer, of every kind, in every status; open items are about the last days
async fn work(conn: &mut Conn, demo: &mut Demo, holders: &[Holder]) -> AppResult<()> {
    use WorkEntrance::{
        CancelledTasks, FinishedInterviews, FinishedTasks, OpenInterviews, OpenTasks, RejectedInterviews,
    };
    let managers: Vec<(Id<BankCustomer>, Option<i64>)> = bank_customers::table
        .inner_join(grids::table)
        .select((bank_customers::id, grids::manager_id))
        .order(bank_customers::id)
        .all(conn)
        .await?;
    let drafts: Vec<(i64, Id<BankCustomer>, String, Time)> = bank_customers::table
        .filter(bank_customers::status.eq(BankCustomerStatus::Draft))
        .select((
            bank_customers::keeper_id.assume_not_null(),
            bank_customers::id,
            bank_customers::name,
            bank_customers::created_at,
        ))
        .order(bank_customers::id)
        .all(conn)
        .await?;
    let mut items = Vec::new();
    for (staff, customer, name, since) in drafts {
        items.push((
            staff,
            WorkKind::CustomerFile,
            customer,
            format!("完善客户{name}的档案"),
            since,
            WorkStatus::Open,
            OpenTasks,
        ));
    }
    for (place, holder) in holders.iter().step_by(4).enumerate() {
        let Some((_, Some(staff))) = managers.iter().find(|(id, _)| *id == holder.id) else { continue };
        let name = &holder.name;
        let (kind, what) = [
            (WorkKind::Reminder, format!("提醒客户{name}存款到期")),
            (WorkKind::CustomerFile, format!("完善客户{name}的档案")),
            (WorkKind::Visit, format!("拜访客户{name}")),
            (WorkKind::Campaign, format!("向客户{name}推介惠农信用卡")),
            (WorkKind::Interview, format!("与客户{name}面谈面签")),
            (WorkKind::CreditGrant, format!("为客户{name}授信")),
            (WorkKind::LoanReview, format!("审查客户{name}的贷款")),
        ][place % 7]
            .clone();
        let is_interview = kind == WorkKind::Interview;
        let (state, entrance) = match place / 7 % 4 {
            0 => (WorkStatus::Open, if is_interview { OpenInterviews } else { OpenTasks }),
            1 => (WorkStatus::Finished, if is_interview { FinishedInterviews } else { FinishedTasks }),
            2 => (WorkStatus::Cancelled, CancelledTasks),
            _ => (WorkStatus::Open, if is_interview { RejectedInterviews } else { OpenTasks }),
        };
        let since = if state == WorkStatus::Open { demo.ago(14) } else { demo.ago(200) };
        items.push((*staff, kind, holder.id, what, since, state, entrance));
    }
    let row = |(staff, kind, customer, what, since, state, entrance): (
        i64,
        WorkKind,
        Id<BankCustomer>,
        String,
        Time,
        WorkStatus,
        WorkEntrance,
    )| {
        (
            work_items::staff_id.eq(staff),
            work_items::kind.eq(kind),
            work_items::subject_id.eq((kind == WorkKind::CustomerFile).then_some(customer.number)),
            work_items::customer_id.eq(customer),
            work_items::description.eq(what),
            work_items::originator.eq("系统"),
            work_items::starts_at.eq(since),
            work_items::ends_at.eq(Time::from(since.0 + Duration::days(7))),
            work_items::state.eq(state),
            work_items::entrance.eq(entrance),
            work_items::created_at.eq(since),
            work_items::updated_at.eq(since),
        )
    };
    let mut rows = items.into_iter().map(row).peekable();
    while rows.peek().is_some() {
        let chunk = Many(rows.by_ref().take(CHUNK).collect());
        diesel::insert_into(work_items::table).values(chunk).run(conn).await?;
    }
    Ok(())
}
