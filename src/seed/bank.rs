//! The bank: a headquarters with branches, a president of each, customer managers with ten grids each, and in the grids
//! residents, families, customers, their tags and the white list.
//!
//! Every customer is a resident too; four people share a household. One in ten customers carries the tag of the poor, one in
//! a hundred stands in the white list, one in fifty is a draft.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use rand::RngExt as _;

use super::{Run, insert, mobile, next};
use crate::{
    auth::{
        Realm,
        bank::{CUSTOMER_MANAGER, PRESIDENT},
    },
    db::{
        Conn, Day, Run as _, Secret,
        sql::Many,
        tables::{
            accounts, bank_customers, bank_staff, bank_staff_roles, branches, customer_tags, families, grids,
            list_entries, residents,
        },
    },
    domains::{
        credit::{grid::GridKind, list_entry::ListKind},
        customers::{bank_customer::BankCustomerStatus, resident::HouseholdKind, tag::POOR},
    },
    graphql::id_number::{Sex, check_digit},
};

/// Customer managers of one branch
const STAFF_OF_BRANCH: i64 = 10;
/// Grids of one customer manager
const GRIDS_OF_STAFF: i64 = 10;
/// People of one household
const HOUSEHOLD: i64 = 4;

/// First numbers of the rows that are made, and how many there are of them
struct Bases {
    account: i64,
    branch: i64,
    branches: i64,
    staff: i64,
    managers: i64,
    grid: i64,
    grids: i64,
    resident: i64,
    customer: i64,
}

/// Tables whose rows are inserted with their numbers
pub const NUMBERED: [&str; 5] = ["branches", "bank_staff", "grids", "residents", "bank_customers"];

/// How many rows the progress bar counts for so many customers
pub fn rows(customers: i64) -> i64 {
    2 * customers + customers / HOUSEHOLD + customers / 10 + customers / 50
}

pub async fn all(conn: &mut Conn, run: &mut Run, count: i64, managers: i64, hash: &Secret) -> QueryResult<()> {
    if count == 0 {
        return Ok(());
    }
    let bases = Bases {
        account: next(conn, "accounts").await?,
        branch: next(conn, "branches").await?,
        branches: (managers + STAFF_OF_BRANCH - 1) / STAFF_OF_BRANCH,
        staff: next(conn, "bank_staff").await?,
        managers,
        grid: next(conn, "grids").await?,
        grids: managers * GRIDS_OF_STAFF,
        resident: next(conn, "residents").await?,
        customer: next(conn, "bank_customers").await?,
    };
    tree(conn, run, &bases).await?;
    staff(conn, run, &bases, hash).await?;
    places(conn, run, &bases).await?;
    people(conn, run, &bases, count).await?;
    customers(conn, run, &bases, count).await
}

async fn tree(conn: &mut Conn, run: &Run, bases: &Bases) -> QueryResult<()> {
    let root = bases.branch;
    let row = |index: i64| {
        let (id, is_root) = (root + index, index == 0);
        (
            branches::id.eq(id),
            branches::code.eq(format!("SD{id:06}")),
            branches::name.eq(format!("Seed {index}")),
            branches::parent_id.eq((!is_root).then_some(root)),
            branches::path.eq(if is_root { format!("/{root}/") } else { format!("/{root}/{id}/") }),
            branches::level.eq(i32::from(!is_root)),
            branches::is_active.eq(true),
            branches::is_virtual.eq(false),
            branches::created_at.eq(run.now),
            branches::updated_at.eq(run.now),
        )
    };
    diesel::insert_into(branches::table).values(Many((0..=bases.branches).map(row).collect())).run(conn).await?;
    Ok(())
}

/// The president of the headquarters and of each branch, then the customer managers
async fn staff(conn: &mut Conn, run: &Run, bases: &Bases, hash: &Secret) -> QueryResult<()> {
    let presidents = bases.branches + 1;
    let count = presidents + bases.managers;
    let account = |index: i64| {
        (
            accounts::id.eq(bases.account + index),
            accounts::realm.eq(Realm::Bank),
            accounts::login.eq(format!("seed_{}", bases.staff + index)),
            accounts::name.eq(format!("Seed {index}")),
            accounts::password_hash.eq(hash.clone()),
            accounts::created_at.eq(run.now),
            accounts::updated_at.eq(run.now),
        )
    };
    let employee = |index: i64| {
        let branch = match index - presidents {
            manager if manager >= 0 => 1 + manager / STAFF_OF_BRANCH,
            _ => index,
        };
        let (number, _, sex) = person(bases.staff + index);
        (
            bank_staff::id.eq(bases.staff + index),
            bank_staff::account_id.eq(bases.account + index),
            bank_staff::branch_id.eq(bases.branch + branch),
            bank_staff::name.eq(format!("Seed {index}")),
            bank_staff::id_number.eq(number),
            bank_staff::phone.eq(mobile(index)),
            bank_staff::sex.eq(sex),
            bank_staff::created_at.eq(run.now),
            bank_staff::updated_at.eq(run.now),
        )
    };
    let role = |index: i64| {
        let role = if index < presidents { PRESIDENT } else { CUSTOMER_MANAGER };
        (bank_staff_roles::staff_id.eq(bases.staff + index), bank_staff_roles::role_id.eq(role))
    };
    for from in (0..count).step_by(1_000) {
        let chunk = from..count.min(from + 1_000);
        diesel::insert_into(accounts::table).values(Many(chunk.clone().map(account).collect())).run(conn).await?;
        diesel::insert_into(bank_staff::table).values(Many(chunk.clone().map(employee).collect())).run(conn).await?;
        diesel::insert_into(bank_staff_roles::table).values(Many(chunk.map(role).collect())).run(conn).await?;
    }
    Ok(())
}

async fn places(conn: &mut Conn, run: &mut Run, bases: &Bases) -> QueryResult<()> {
    let row = |run: &mut Run, index: i64| {
        let id = bases.grid + index;
        let manager = bases.manager_of(index);
        (
            grids::id.eq(id),
            grids::code.eq(format!("SD{id:08}")),
            grids::name.eq(format!("Seed {id}")),
            grids::branch_id.eq(bases.branch + 1 + manager / STAFF_OF_BRANCH),
            grids::kind.eq(GridKind::Village),
            grids::manager_id.eq(bases.employee(manager)),
            grids::created_at.eq(run.now),
            grids::updated_at.eq(run.now),
        )
    };
    insert(conn, run, bases.grids, row, |rows| diesel::insert_into(grids::table).values(rows)).await
}

async fn people(conn: &mut Conn, run: &mut Run, bases: &Bases, count: i64) -> QueryResult<()> {
    let resident = |run: &mut Run, index: i64| {
        let (number, birthday, sex) = person(bases.resident + index);
        (
            (
                residents::id.eq(bases.resident + index),
                residents::grid_id.eq(bases.grid_of(index)),
                residents::name.eq(run.name()),
                residents::sex.eq(sex),
                residents::ethnicity.eq("汉族"),
                residents::birthday.eq(birthday),
                residents::id_number.eq(number),
                residents::address.eq("Synthetic address"),
            ),
            (
                residents::household_kind.eq(HouseholdKind::Family),
                residents::relation_to_head.eq(if index % HOUSEHOLD == 0 { "户主" } else { "家属" }),
                residents::household_number.eq(household(bases.resident + index)),
                residents::phone.eq(mobile(index)),
                residents::is_listed.eq(true),
                residents::is_active.eq(true),
                residents::created_at.eq(run.now),
                residents::updated_at.eq(run.now),
            ),
        )
    };
    insert(conn, run, count, resident, |rows| diesel::insert_into(residents::table).values(rows)).await?;
    let family = |run: &mut Run, index: i64| {
        let head = index * HOUSEHOLD;
        (
            (
                families::household_number.eq(household(bases.resident + head)),
                families::manager_id.eq(bases.employee(bases.manager_of(head))),
                families::population.eq(4),
                families::address.eq("Synthetic address"),
                families::postcode.eq("539900"),
                families::local_credit.eq("好"),
                families::is_harmonious.eq(true),
            ),
            (
                families::social_evaluation.eq("好"),
                families::is_self_employed.eq(false),
                families::owes_tax.eq(false),
                families::production_capacity.eq("强"),
                families::production_scene.eq("好"),
                families::insurances.eq(""),
                families::created_at.eq(run.now),
                families::updated_at.eq(run.now),
            ),
        )
    };
    insert(conn, run, count / HOUSEHOLD, family, |rows| diesel::insert_into(families::table).values(rows)).await
}

async fn customers(conn: &mut Conn, run: &mut Run, bases: &Bases, count: i64) -> QueryResult<()> {
    let customer = |run: &mut Run, index: i64| {
        let (number, birthday, sex) = person(bases.resident + index);
        let changed = run.moment();
        let status = if index % 50 == 49 { BankCustomerStatus::Draft } else { BankCustomerStatus::Normal };
        (
            (
                bank_customers::id.eq(bases.customer + index),
                bank_customers::grid_id.eq(bases.grid_of(index)),
                bank_customers::keeper_id.eq(bases.employee(bases.manager_of(index))),
                bank_customers::status.eq(status),
                bank_customers::name.eq(run.name()),
                bank_customers::sex.eq(sex),
                bank_customers::id_number.eq(number),
                bank_customers::birthday.eq(birthday),
            ),
            (
                bank_customers::phone.eq(mobile(index)),
                bank_customers::household_number.eq(household(bases.resident + index)),
                bank_customers::is_farmer.eq(run.rng.random_bool(0.5)),
                bank_customers::created_at.eq(changed),
                bank_customers::updated_at.eq(changed),
            ),
        )
    };
    insert(conn, run, count, customer, |rows| diesel::insert_into(bank_customers::table).values(rows)).await?;
    let tag = |tag: i64, every: i64, now| {
        move |_: &mut Run, index: i64| {
            (
                customer_tags::customer_id.eq(bases.customer + index * every),
                customer_tags::tag_id.eq(tag),
                customer_tags::created_at.eq(now),
                customer_tags::updated_at.eq(now),
            )
        }
    };
    let (poor, white) = (tag(POOR, 10, run.now), tag(ListKind::White.code().into(), 100, run.now));
    insert(conn, run, count / 10, poor, |rows| diesel::insert_into(customer_tags::table).values(rows)).await?;
    insert(conn, run, count / 100, white, |rows| diesel::insert_into(customer_tags::table).values(rows)).await?;
    let entry = |run: &mut Run, index: i64| {
        (
            list_entries::kind.eq(ListKind::White),
            list_entries::grid_id.eq(bases.grid_of(index * 100)),
            list_entries::name.eq(run.name()),
            list_entries::id_number.eq(person(bases.resident + index * 100).0),
            list_entries::created_at.eq(run.now),
            list_entries::updated_at.eq(run.now),
        )
    };
    insert(conn, run, count / 100, entry, |rows| diesel::insert_into(list_entries::table).values(rows)).await
}

impl Bases {
    /// Place of the customer manager of a grid, by the grid's place
    fn manager_of(&self, index: i64) -> i64 {
        index % self.grids / GRIDS_OF_STAFF
    }

    /// Number of a customer manager, by his place
    fn employee(&self, manager: i64) -> i64 {
        self.staff + self.branches + 1 + manager
    }

    fn grid_of(&self, index: i64) -> i64 {
        self.grid + index % self.grids
    }
}

/// An invented id number, its birthday and its sex: another for each number below 18 million
fn person(number: i64) -> (String, Day, Sex) {
    const DAYS: i64 = 18_000;
    let first = NaiveDate::from_ymd_opt(1950, 1, 1).unwrap_or_default();
    let days = u64::try_from(number % DAYS).unwrap_or_default();
    let birthday = first.checked_add_days(Days::new(days)).unwrap_or(first);
    let serial = number / DAYS % 1000;
    let digits = format!("539901{}{serial:03}", birthday.format("%Y%m%d"));
    let sex = if serial % 2 == 1 { Sex::Male } else { Sex::Female };
    (format!("{digits}{}", check_digit(&digits)), Day(birthday), sex)
}

/// Number of the household that this resident belongs to
fn household(resident: i64) -> String {
    format!("5399{:09}", resident / HOUSEHOLD)
}
