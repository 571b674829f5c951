//! Demo data: invented, reproducible but for the dates, which end today so that default time windows are not empty.
//!
//! It also holds the records that the documented request examples name, so that an example answers as documented.

mod bank;
mod bank_balances;
mod bank_credit;
mod bank_customers;
mod bank_images;
mod bank_interviews;
mod bank_life;
mod bank_lists;
mod bank_residents;
mod estate;
mod loan;
mod service;

use anyhow::ensure;
use chrono::Duration;
use diesel::prelude::*;
use futures_util::future::BoxFuture;
use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::SmallRng};

use crate::{
    app::App,
    auth::password,
    db::{
        Conn, Run as _, Secret, Time,
        tables::{accounts, call_feedback, property_customers, service_contacts},
    },
    domains::identity::{Account, NewAccount},
    error::{AppError, AppResult},
    graphql::id_number::check_digit,
};

/// The password of every demo login
pub const PASSWORD: &str = "quintet-demo";

/// Phone number of somebody whom several realms know
pub const KNOWN: &str = "18522222222";

/// The demo logins: realm, login, what it may
pub const LOGINS: &[(&str, &str, &str)] = &[
    ("(all)", "admin", "administrator of all realms"),
    ("LOAN", "1611", "loan officer AA1611"),
    ("LOAN", "1600", "manager of the loan officers"),
    ("SERVICE", "18800000001", "manager of the service team"),
    ("ESTATE", "00006", "estate agent 29"),
    ("ESTATE", "00100", "manager of the estate agents"),
    ("BANK", "admin", "administrator at the headquarters"),
    ("BANK", "manager", "customer manager"),
    ("BANK", "accountant", "accountant of a branch"),
    ("BANK", "president", "president of the same branch"),
];

const FAMILY: &str = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜";
const GIVEN: &str = "安博晨丹恩方国海佳凯蓝明宁平清然思天文欣雅子泽晓云春秋冬夏雨雪松柏竹梅";

/// What every realm's data is made with
pub struct Demo {
    pub rng: SmallRng,
    pub now: Time,
    /// Hash of [`PASSWORD`]
    pub password: Secret,
}

impl Demo {
    pub async fn new(seed: u64) -> AppResult<Demo> {
        let password = password::hash(password::md5_hex(PASSWORD)).await?;
        Ok(Demo { rng: SmallRng::seed_from_u64(seed), now: Time::now(), password })
    }

    /// One of these
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.rng.random_range(0..choices.len())]
    }

    /// An invented name
    pub fn person(&mut self) -> String {
        let family: Vec<char> = FAMILY.chars().collect();
        let given: Vec<char> = GIVEN.chars().collect();
        let mut name = String::from(*self.pick(&family));
        for _ in 0..self.rng.random_range(1..=2) {
            name.push(*self.pick(&given));
        }
        name
    }

    /// An invented mobile number, in a range (199) with a middle that is given to nobody
    pub fn mobile(&mut self) -> String {
        format!("1990000{:04}", self.rng.next_u32() % 10_000)
    }

    /// An invented id number with a valid check digit, of a region that does not exist; sex 1 male, 2 female
    pub fn id_number(&mut self, sex: i32) -> String {
        let (year, month, day) =
            (self.rng.random_range(1955..=2003), self.rng.random_range(1..=12), self.rng.random_range(1..=28));
        let serial = self.rng.random_range(0..500) * 2 + sex % 2;
        let digits = format!("539900{year}{month:02}{day:02}{serial:03}");
        format!("{digits}{}", check_digit(&digits))
    }

    /// A moment of the last days
    pub fn ago(&mut self, days: i64) -> Time {
        let seconds = self.rng.random_range(60..days * 86_400);
        Time::from(self.now.0 - Duration::seconds(seconds))
    }

    /// An account with the demo password
    pub async fn account(&self, conn: &mut Conn, new: NewAccount) -> AppResult<Account> {
        Account::create(conn, NewAccount { password_hash: self.password.clone(), ..new }).await
    }
}

/// Fills an empty database; refuses one that has accounts
pub fn fill(app: &App) -> BoxFuture<'_, anyhow::Result<()>> {
    Box::pin(write(app))
}

async fn write(app: &App) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    let accounts: i64 = accounts::table.count().one(&mut tx).await?;
    ensure!(accounts == 0, "the database has accounts already: demo data is for an empty one");
    let filled: AppResult<()> = async {
        let mut demo = Demo::new(20_261_122).await?;
        let admin = NewAccount {
            realm: None,
            login: "admin".into(),
            name: "Administrator".into(),
            password_hash: demo.password.clone(),
            is_manager: true,
        };
        demo.account(&mut tx, admin).await?;
        realms(app, &mut tx, &mut demo).await
    }
    .await;
    filled.map_err(|AppError { message, .. }| anyhow::anyhow!(message))?;
    tx.commit().await?;
    Ok(())
}

async fn realms(app: &App, conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    loan::fill(conn, demo).await?;
    service::fill(conn, demo).await?;
    estate::fill(conn, demo).await?;
    bank::fill(conn, demo).await?;
    bank_credit::fill(app, conn, demo).await?;
    bank_customers::fill(conn, demo).await?;
    bank_residents::fill(conn, demo).await?;
    bank_balances::fill(app, conn, demo).await?;
    bank_lists::fill(app, conn, demo).await?;
    bank_interviews::fill(conn, demo).await?;
    bank_images::fill(app, conn, demo).await?;
    bank_life::fill(conn).await?;
    known_everywhere(conn).await
}

/// Somebody whom three realms know by one phone number, the one of a loan customer: what `person` is for
async fn known_everywhere(conn: &mut Conn) -> AppResult<()> {
    let first: Option<i64> =
        service_contacts::table.select(service_contacts::id).order(service_contacts::id).limit(1).opt(conn).await?;
    diesel::update(service_contacts::table.filter(service_contacts::id.nullable().eq(first)))
        .set((service_contacts::phone.eq(KNOWN), service_contacts::phone_key.eq(KNOWN)))
        .run(conn)
        .await?;
    let with_calls =
        call_feedback::table.select(call_feedback::customer_id).filter(call_feedback::customer_id.is_not_null());
    let first: Option<Option<i64>> = with_calls.order(call_feedback::customer_id).limit(1).opt(conn).await?;
    diesel::update(property_customers::table.filter(property_customers::id.nullable().eq(first.flatten())))
        .set((property_customers::phone.eq(KNOWN), property_customers::phone_key.eq(KNOWN)))
        .run(conn)
        .await?;
    Ok(())
}
