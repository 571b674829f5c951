//! Signing in and out, and who stands behind a token.
//!
//! Table `sessions`. A session is known by the `jti` of its JWT, by its `sid` (64 hex digits, stored as SHA-256), and,
//! for clients that send no token at all, by its account and client address. It ends at logout, when the account is
//! frozen or gets a new password, and at its expiry, on every server at once.

pub mod viewer;

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Duration;
use data_encoding::HEXLOWER;
use diesel::prelude::*;
use rand::RngExt as _;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use self::viewer::{CHANGED, ENDED};
pub use self::viewer::{Credential, heard};
use super::{
    Account, AuditEntry, BankStaff, Branch, EstateAgent, LoanOfficer, Role, ServiceStaff, login_throttle::LoginThrottle,
};
use crate::{
    auth::{Realm, SignedIn, Viewer, jwt::Claims, password},
    db::{Cols as _, Conn, Id, Run as _, Time, Where, tables::sessions},
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

impl Session {
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

    /// The account's rights change; after the commit, `app.sessions.forget(account)` makes it so here at once
    pub async fn refresh(conn: &mut Conn, account: Id<Account>) -> QueryResult<()> {
        conn.tell(format!("{ENDED}{}", account.number)).await
    }

    /// The rights of many change; after the commit, `app.sessions.forget_all()` makes it so here at once
    pub async fn refresh_all(conn: &mut Conn) -> QueryResult<()> {
        conn.tell(CHANGED.to_owned()).await
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

    /// Profile in the realm BANK of the account that signed in
    async fn bank_staff(&self, ctx: &Context<'_>) -> AppResult<Option<BankStaff>> {
        Ok(BankStaff::of_account(&mut ctx.read().await?, self.account_id).await?)
    }

    /// Branch of the account that signed in, in the realm BANK
    async fn branch(&self, ctx: &Context<'_>) -> AppResult<Option<Branch>> {
        Ok(Branch::of_account(&mut ctx.read().await?, self.account_id).await?)
    }

    /// Roles of the account that signed in, in the realm BANK
    #[graphql(complexity = "3 * child_complexity")]
    async fn roles(&self, ctx: &Context<'_>) -> AppResult<Vec<Role>> {
        Ok(Role::of_account(&mut ctx.read().await?, self.account_id).await?)
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
        let account = match account.filter(|_| right) {
            Some(account) if !account.is_frozen => account,
            // The one realm that documents an answer of its own for this
            Some(Account { realm: Some(Realm::Bank), .. }) => {
                return Err(AppError::forbidden("The account may not sign in"));
            }
            _ => {
                throttle.failed().await?;
                return Err(AppError::unauthenticated("Login or password is wrong"));
            }
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
