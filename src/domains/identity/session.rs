//! Signing in and out, and who stands behind a token.
//!
//! Table `sessions`. A session is known by the `jti` of its JWT, by its `sid` (64 hex digits, stored as SHA-256), and,
//! for clients that send no token at all, by its account and client address. It ends at logout, when the account is
//! frozen or gets a new password, and at its expiry, on every server at once.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Duration;
use data_encoding::HEXLOWER;
use diesel::prelude::*;
use rand::RngExt as _;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Account, AuditEntry, EstateAgent, LoanOfficer, ServiceStaff, login_throttle::LoginThrottle};
use crate::{
    app::App,
    auth::{Realm, SignedIn, Viewer, jwt::Claims, password},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        tables::{accounts, estate_agents, loan_officers, service_staff, sessions},
    },
    entity,
    error::{AppError, AppResult},
    graphql::{ContextExt, Entity, entity::Visible, scalars::Long},
    payload,
    server::Client,
};

/// Stay of an account in the system, from signing in to signing out
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = sessions)]
#[graphql(complex)]
pub struct Session {
    /// Opaque global id
    pub id: Id<Session>,
    /// Account that signed in
    pub account_id: Id<Account>,
    /// Address that it signed in from
    pub address: String,
    /// When it signed in
    pub created_at: Time,
    /// When the session ends by itself
    pub expires_at: Time,
    /// When it was ended before that
    pub ended_at: Option<Time>,
}

/// What to sign in with
#[derive(Clone, Debug, InputObject)]
pub struct SessionCreateInput {
    /// Realm of the account; left out for an account of all realms
    pub realm: Option<Realm>,
    /// Login within the realm
    pub login: String,
    /// The password, or
    #[graphql(secret)]
    pub password: Option<String>,
    /// the MD5 hex of the password, as clients of rongzi send it
    #[graphql(secret)]
    pub password_md5: Option<String>,
}

/// The new session and its tokens, which are shown this once
#[derive(Clone, Debug, SimpleObject)]
pub struct SessionCreatePayload {
    /// The new session
    pub session: Session,
    /// JWT for `Authorization: Bearer …`
    pub token: String,
    /// The same session as an opaque token of 64 hex digits
    pub sid: String,
}

payload! {
    /// The session that has ended
    SessionEndPayload { session: Session }
}

entity!(Session, sessions, desc);

impl Visible for Session {
    type Table = sessions::table;

    /// Everybody sees his own
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.account_id {
            Some(account) => Where::default().and(sessions::account_id.eq(account)),
            None => Where::nothing(),
        }
    }
}

/// News to the other servers: the sessions of the account with this number have ended
const ENDED: &str = "sessions ended: ";

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
        let viewer = Viewer {
            account_id: Some(account),
            session_id: Some(session),
            realm,
            is_manager,
            profile_id: match realm {
                Some(Realm::Loan) => officer,
                Some(Realm::Service) => staff,
                Some(Realm::Estate) => agent,
                _ => None,
            },
        };
        app.sessions.keep(&key, &viewer, expires_at, mark);
        Ok(viewer)
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
        }))
    }

    async fn open(conn: &mut Conn, account: &Account, address: &str, sid: &str, days: i64) -> QueryResult<Session> {
        let now = Time::now();
        let row = (
            sessions::account_id.eq(account.id),
            sessions::token_hash.eq(digest(sid)),
            sessions::address.eq(address.to_owned()),
            sessions::created_at.eq(now),
            sessions::expires_at.eq(Time::from(now.0 + Duration::days(days))),
        );
        diesel::insert_into(sessions::table).values(row).returning(Session::cols()).one(conn).await
    }

    async fn end(conn: &mut Conn, session: &Session) -> QueryResult<Session> {
        conn.tell(format!("{ENDED}{}", session.account_id.number)).await?;
        diesel::update(sessions::table.filter(sessions::id.eq(session.id)))
            .set(sessions::ended_at.eq(Time::now()))
            .returning(Session::cols())
            .one(conn)
            .await
    }

    /// Ends every session of an account; after the commit, `app.sessions.forget(account)` makes it so here at once
    pub async fn end_all(conn: &mut Conn, account: Id<Account>) -> QueryResult<usize> {
        conn.tell(format!("{ENDED}{}", account.number)).await?;
        diesel::update(sessions::table.filter(sessions::account_id.eq(account)).filter(sessions::ended_at.is_null()))
            .set(sessions::ended_at.eq(Time::now()))
            .run(conn)
            .await
    }
}

/// 64 hex digits can not be a JWT, which has two points
fn is_sid(token: &str) -> bool {
    token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn digest(sid: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(sid.as_bytes()))
}

fn new_sid() -> String {
    HEXLOWER.encode(&rand::rng().random::<[u8; 32]>())
}

#[ComplexObject]
impl Session {
    /// Number of the row in its table
    async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Account that signed in
    async fn account(&self, ctx: &Context<'_>) -> AppResult<Option<Account>> {
        let viewer = Viewer { account_id: Some(self.account_id.number), ..Viewer::default() };
        // Asked for in the answer to sessionCreate, when the request itself is still nobody's.
        Ok(Some(Account::find(&mut ctx.read().await?, &viewer, self.account_id).await?))
    }

    /// Profile in the realm LOAN of the account that signed in
    async fn loan_officer(&self, ctx: &Context<'_>) -> AppResult<Option<LoanOfficer>> {
        Ok(LoanOfficer::of_account(&mut ctx.read().await?, self.account_id).await?)
    }

    /// Profile in the realm SERVICE of the account that signed in
    async fn service_staff(&self, ctx: &Context<'_>) -> AppResult<Option<ServiceStaff>> {
        Ok(ServiceStaff::of_account(&mut ctx.read().await?, self.account_id).await?)
    }

    /// Profile in the realm ESTATE of the account that signed in
    async fn estate_agent(&self, ctx: &Context<'_>) -> AppResult<Option<EstateAgent>> {
        Ok(EstateAgent::of_account(&mut ctx.read().await?, self.account_id).await?)
    }
}

#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// The session that this request belongs to
    #[graphql(guard = "SignedIn")]
    async fn session(&self, ctx: &Context<'_>) -> AppResult<Option<Session>> {
        match ctx.viewer()?.session_id {
            Some(id) => ctx.load(Id::new(id)).await,
            None => Ok(None),
        }
    }
}

#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Signs in. Too many failures of one account or address have to wait.
    async fn session_create(&self, ctx: &Context<'_>, input: SessionCreateInput) -> AppResult<SessionCreatePayload> {
        let app = ctx.app();
        let address = ctx.data_unchecked::<Client>().address.to_string();
        let throttle = LoginThrottle::new(app, input.realm, &input.login, &address);
        throttle.check().await?;
        let md5 = match (&input.password, &input.password_md5) {
            (Some(password), None) => password::md5_hex(password),
            (None, Some(md5)) => md5.clone(),
            _ => return Err(AppError::bad_input("input.password", "Give either password or passwordMd5")),
        };
        let account = Account::by_login(&mut app.db.read().await?, input.realm, &input.login).await?;
        let stored = account.as_ref().map(|account| account.password_hash.clone());
        let right = password::verify(md5, stored).await?;
        let Some(account) = account.filter(|account| right && !account.is_frozen) else {
            throttle.failed().await?;
            return Err(AppError::unauthenticated("Login or password is wrong"));
        };

        let sid = new_sid();
        let mut tx = ctx.begin().await?;
        throttle.forget(&mut tx).await?;
        let session = Session::open(&mut tx, &account, &address, &sid, app.config.session_days).await?;
        Account::note_login(&mut tx, account.id).await?;
        let officer = LoanOfficer::of_account(&mut tx, account.id).await?;
        tx.commit().await?;

        let claims = Claims {
            sub: officer.as_ref().map_or(&account.login, |officer| &officer.employee_code).clone(),
            data: officer.map_or(Value::Null, |officer| officer.claims()),
            exp: session.expires_at.0.timestamp(),
            iat: session.created_at.0.timestamp(),
            jti: session.id.number.to_string(),
            realm: account.realm.map_or("ALL", Realm::name).to_owned(),
        };
        Ok(SessionCreatePayload { session, token: app.signer.sign(&claims)?, sid })
    }

    /// Signs out: ends the session that this request belongs to
    #[graphql(guard = "SignedIn")]
    async fn session_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Login that the session must belong to, for clients that name it")] login: Option<String>,
    ) -> AppResult<SessionEndPayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let account = Account::find(&mut tx, viewer, Id::new(viewer.account_id.unwrap_or(0))).await?;
        if login.is_some_and(|login| login != account.login) {
            return Err(AppError::bad_input("login", "The session belongs to another login"));
        }
        let before = Session::find(&mut tx, viewer, Id::new(viewer.session_id.unwrap_or(0))).await?;
        let session = Session::end(&mut tx, &before).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&session)).await?;
        tx.commit().await?;
        ctx.app().sessions.forget(account.id.number);
        Ok(SessionEndPayload { session })
    }
}
