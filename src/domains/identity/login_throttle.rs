//! Slows guessing down: after a number of failures an account, and an address, has to wait, twice as long each time.
//!
//! Table `login_failures`: shared by all servers, so that nobody gets more tries by asking several of them.

use chrono::Duration;
use diesel::prelude::*;

use crate::{
    app::App,
    auth::Realm,
    db::{Conn, Run as _, Time, tables::login_failures},
    error::{AppError, AppResult},
};

/// Longest wait, in seconds
const LONGEST: i64 = 900;

pub struct LoginThrottle<'a> {
    app: &'a App,
    account: String,
    address: String,
}

impl<'a> LoginThrottle<'a> {
    pub fn new(app: &'a App, realm: Option<Realm>, login: &str, address: &str) -> Self {
        let login: String = login.chars().take(100).collect();
        let realm = realm.map_or("ALL", Realm::name);
        LoginThrottle { app, account: format!("account {realm} {login}"), address: format!("address {address}") }
    }

    /// Refuses while the account or the address has to wait
    pub async fn check(&self) -> AppResult<()> {
        let stored: Vec<(i32, Time)> = login_failures::table
            .filter(login_failures::subject.eq_any([self.account.clone(), self.address.clone()]))
            .select((login_failures::failures, login_failures::last_at))
            .all(&mut self.app.db.read().await?)
            .await?;
        let now = Time::now();
        let wait = |(failures, last): (i32, Time)| {
            let beyond = failures - self.app.config.login_attempts;
            if beyond < 0 {
                return 0;
            }
            let pause = 1_i64.checked_shl(beyond.unsigned_abs()).unwrap_or(LONGEST).clamp(1, LONGEST);
            (last.0 + Duration::seconds(pause) - now.0).num_seconds() + 1
        };
        match stored.into_iter().map(wait).max() {
            Some(seconds) if seconds > 0 => Err(AppError::rate_limited(seconds)),
            _ => Ok(()),
        }
    }

    /// Counts one failure of both; failures older than a day are forgotten
    pub async fn failed(&self) -> AppResult<()> {
        let now = Time::now();
        let mut tx = self.app.db.begin().await?;
        diesel::delete(login_failures::table.filter(login_failures::last_at.lt(Time::from(now.0 - Duration::days(1)))))
            .run(&mut tx)
            .await?;
        for subject in [&self.account, &self.address] {
            diesel::insert_into(login_failures::table)
                .values((
                    login_failures::subject.eq(subject.clone()),
                    login_failures::failures.eq(1),
                    login_failures::last_at.eq(now),
                ))
                .on_conflict(login_failures::subject)
                .do_update()
                .set((login_failures::failures.eq(login_failures::failures + 1), login_failures::last_at.eq(now)))
                .run(&mut tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// A success clears the account's failures; the address keeps its own
    pub async fn forget(&self, conn: &mut Conn) -> AppResult<()> {
        diesel::delete(login_failures::table.filter(login_failures::subject.eq(self.account.clone())))
            .run(conn)
            .await?;
        Ok(())
    }
}
