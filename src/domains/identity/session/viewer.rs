//! Who stands behind a credential, remembered until his sessions end or his rights change, on every server.

use std::sync::Arc;

use diesel::prelude::*;

use super::{Session, digest};
use crate::{
    app::App,
    auth::{Realm, Viewer},
    db::{
        Conn, Id, Run as _, Time, Where,
        tables::{accounts, estate_agents, loan_officers, service_staff, sessions},
    },
    domains::identity::{Account, BankStaff},
    error::{AppError, AppResult},
};

/// News to the other servers: the sessions of the account with this number have ended, or its rights have changed
pub(super) const ENDED: &str = "sessions ended: ";
/// News to the other servers: the rights of many have changed
pub(super) const CHANGED: &str = "rights changed";

/// Hears from other servers whose sessions have ended
pub fn listen(app: &App) {
    if !app.db.is_pg() {
        return;
    }
    let (heard, lost) = (app.clone(), app.clone());
    app.sessions.listener.start(
        app.config.database_url.clone(),
        move |news| match news.strip_prefix(ENDED).and_then(|account| account.parse().ok()) {
            Some(account) => heard.sessions.forget(account),
            None => heard.sessions.forget_all(),
        },
        move || lost.sessions.forget_all(),
    );
}

/// How a request says whose it is
#[derive(Clone, Copy, Debug)]
pub enum Credential<'a> {
    /// A JWT or a `sid`
    Token(&'a str),
    /// The number of an estate agent, believed from the address that he signed in from
    Agent { number: i64, address: &'a str, trusted: bool },
}

impl Credential<'_> {
    fn key(&self) -> String {
        match self {
            Credential::Token(token) => (*token).to_owned(),
            Credential::Agent { number, address, trusted } => format!("agent {number} {address} {trusted}"),
        }
    }
}

type ViewerRow = (i64, i64, Time, Option<Realm>, bool, Option<i64>, Option<i64>, Option<i64>);

impl Session {
    /// Who stands behind a credential; an error where it is worth nothing (any more)
    pub async fn viewer(app: &App, credential: Credential<'_>) -> AppResult<Viewer> {
        let key = credential.key();
        if let Some(viewer) = app.sessions.get(&key) {
            return Ok(viewer);
        }
        let mark = app.sessions.mark();
        let refused = || AppError::unauthenticated("The token is not valid, or its session has ended");
        let mut wanted = Where::<sessions::table>::default();
        let mut agents = Where::<estate_agents::table>::default();
        match credential {
            Credential::Token(token) if is_sid(token) => {
                wanted = wanted.and(sessions::token_hash.eq(digest(token)));
            }
            Credential::Token(token) => {
                let claims = app.signer.read(token).ok_or_else(refused)?;
                wanted = wanted.and(sessions::id.eq(claims.jti.parse::<i64>().map_err(|_| refused())?));
            }
            Credential::Agent { number, trusted: true, .. } => {
                return Self::agent(&mut app.db.read().await?, number).await?.ok_or_else(refused);
            }
            Credential::Agent { number, address, .. } => {
                wanted = wanted.and(sessions::address.eq(address.to_owned()));
                agents = agents.and(estate_agents::id.eq(number));
            }
        }
        let row: Option<ViewerRow> = sessions::table
            .inner_join(accounts::table)
            .left_join(loan_officers::table.on(loan_officers::account_id.eq(accounts::id)))
            .left_join(service_staff::table.on(service_staff::account_id.eq(accounts::id)))
            .left_join(estate_agents::table.on(estate_agents::account_id.eq(accounts::id)))
            .filter(wanted.joined())
            .filter(agents.joined())
            .filter(accounts::is_frozen.eq(false))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::expires_at.gt(Time::now()))
            .select((
                accounts::id,
                sessions::id,
                sessions::expires_at,
                accounts::realm,
                accounts::is_manager,
                loan_officers::id.nullable(),
                service_staff::id.nullable(),
                estate_agents::id.nullable(),
            ))
            .limit(1)
            .opt(&mut app.db.read().await?)
            .await?;
        let (account, session, expires_at, realm, is_manager, officer, staff, agent) = row.ok_or_else(refused)?;
        let bank = match realm {
            Some(Realm::Bank) => BankStaff::rights(&mut app.db.read().await?, Id::new(account)).await?,
            _ => None,
        };
        let viewer = Viewer {
            account_id: Some(account),
            session_id: Some(session),
            realm,
            is_manager,
            profile_id: match realm {
                Some(Realm::Loan) => officer,
                Some(Realm::Service) => staff,
                Some(Realm::Estate) => agent,
                Some(Realm::Bank) => bank.as_ref().map(|(staff, _)| *staff),
                _ => None,
            },
            bank: bank.map(|(_, rights)| Arc::new(rights)),
        };
        app.sessions.keep(&key, &viewer, expires_at, mark);
        Ok(viewer)
    }

    /// The owner of an account of the bank without a session, for a command that runs in his name
    pub async fn viewer_without(conn: &mut Conn, account: &Account) -> QueryResult<Viewer> {
        let bank = BankStaff::rights(conn, account.id).await?;
        Ok(Viewer {
            account_id: Some(account.id.number),
            session_id: None,
            realm: account.realm,
            is_manager: account.is_manager,
            profile_id: bank.as_ref().map(|(staff, _)| *staff),
            bank: bank.map(|(_, rights)| Arc::new(rights)),
        })
    }

    /// An agent whom a trusted front-end speaks for
    async fn agent(conn: &mut Conn, number: i64) -> QueryResult<Option<Viewer>> {
        let row: Option<(i64, bool)> = estate_agents::table
            .inner_join(accounts::table)
            .filter(estate_agents::id.eq(number))
            .filter(accounts::is_frozen.eq(false))
            .select((accounts::id, accounts::is_manager))
            .opt(conn)
            .await?;
        Ok(row.map(|(account, is_manager)| Viewer {
            account_id: Some(account),
            session_id: None,
            realm: Some(Realm::Estate),
            is_manager,
            profile_id: Some(number),
            bank: None,
        }))
    }
}

/// 64 hex digits can not be a JWT, which has two points
fn is_sid(token: &str) -> bool {
    token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit())
}
