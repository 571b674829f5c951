//! A login: what a person or program signs in with.
//!
//! Table `accounts`. A login is unique within its realm; an account without a realm works in all of them. What the
//! account's owner is to the business stands in its profile (LoanOfficer, ServiceStaff, EstateAgent).

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::{AuditEntry, BankStaff, EstateAgent, LoanOfficer, ServiceStaff, Session, login_throttle::LoginThrottle};
use crate::{
    auth::{Realm, SignedIn, Viewer, password},
    db::{Cols as _, Conn, Id, Run as _, Secret, Time, Where, tables::accounts},
    domains::engagement::Attachment,
    entity,
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, entity::Visible, input, page, scalars::Long},
    payload,
    server::Client,
};

/// Login of a person or program
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = accounts)]
#[graphql(complex)]
pub struct Account {
    /// Opaque global id
    pub id: Id<Account>,
    /// Realm it works in; null for all realms
    pub realm: Option<Realm>,
    /// What its owner signs in with; unique within the realm
    pub login: String,
    /// Name of its owner
    pub name: String,
    #[graphql(skip)]
    pub password_hash: Secret,
    /// Whether it sees and manages its whole realm
    pub is_manager: bool,
    /// Whether it may not sign in
    pub is_frozen: bool,
    /// Last time somebody signed in with it
    pub last_login_at: Option<Time>,
    /// When it was created
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which accounts
#[derive(Clone, Debug, Default, InputObject)]
pub struct AccountFilter {
    /// Of this realm
    realm: Option<Realm>,
    /// With exactly this login
    login: Option<String>,
    /// That may (false) or may not (true) sign in
    is_frozen: Option<bool>,
}

/// A new account without a profile: an administrator or a program
#[derive(Clone, Debug, InputObject)]
pub struct AccountCreateInput {
    /// Realm it works in; null for all realms
    realm: Option<Realm>,
    /// What its owner signs in with
    login: String,
    /// Name of its owner
    name: String,
    /// Password, 8 to 200 characters
    #[graphql(secret)]
    password: String,
    /// Whether it sees and manages its whole realm
    #[graphql(default)]
    is_manager: bool,
}

payload! {
    /// The new account
    AccountCreatePayload { account: Account }
    /// The account that may not sign in any more; its sessions have ended
    AccountFreezePayload { account: Account }
    /// The account that may sign in again
    AccountThawPayload { account: Account }
    /// The account with the new password; its sessions have ended
    AccountPasswordSetPayload { account: Account }
}

entity!(Account, accounts, asc);

impl Visible for Account {
    type Table = accounts::table;

    /// Administrators see all, managers those of their realm, everybody his own
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match (viewer.realm, viewer.is_manager) {
            _ if viewer.is_nobody() => Where::nothing(),
            (None, true) => Where::default(),
            (Some(realm), true) => Where::default().and(accounts::realm.eq(realm)),
            (_, false) => Where::default().and(accounts::id.eq(viewer.account_id.unwrap_or(0))),
        }
    }
}

impl AccountFilter {
    fn wanted(&self) -> Where<accounts::table> {
        Where::default()
            .maybe(self.realm, |realm| accounts::realm.eq(realm))
            .maybe(self.login.clone(), |login| accounts::login.eq(login))
            .maybe(self.is_frozen, |frozen| accounts::is_frozen.eq(frozen))
    }
}

/// What every way of making an account needs
pub struct NewAccount {
    pub realm: Option<Realm>,
    pub login: String,
    pub name: String,
    pub password_hash: Secret,
    pub is_manager: bool,
}

impl NewAccount {
    /// Checks the parts and hashes the password
    pub async fn new(
        realm: Option<Realm>,
        login: &str,
        name: &str,
        password: &str,
        is_manager: bool,
    ) -> AppResult<NewAccount> {
        input::name("login", login, input::NAME)?;
        input::name("name", name, input::NAME)?;
        let password_hash = Account::hash(realm, password).await?;
        Ok(NewAccount { realm, login: login.to_owned(), name: name.to_owned(), password_hash, is_manager })
    }
}

impl Account {
    /// What to store for a new password; the realm BANK documents other lengths than the rest keeps to
    pub async fn hash(realm: Option<Realm>, password: &str) -> AppResult<Secret> {
        let (least, most) = if realm == Some(Realm::Bank) { (6, 20) } else { (8, 200) };
        if !(least..=most).contains(&password.chars().count()) {
            return Err(input::refuse("password", format!("A password has {least} to {most} characters")));
        }
        password::hash(password::md5_hex(password)).await
    }

    /// Refuses what is not the current password; guesses count as those of signing in do
    pub async fn check_password(&self, ctx: &Context<'_>, field: &str, password: &str) -> AppResult<()> {
        let address = ctx.data_unchecked::<Client>().address.to_string();
        let throttle = LoginThrottle::new(ctx.app(), self.realm, &self.login, &address);
        throttle.check().await?;
        if password::verify(password::md5_hex(password), Some(self.password_hash.clone())).await? {
            return Ok(());
        }
        throttle.failed().await?;
        Err(AppError::bad_input(field, "Not the current password"))
    }

    /// The account of a profile that the viewer may see and change; row rules are the profile's business
    pub async fn of_profile(conn: &mut Conn, id: Id<Account>) -> QueryResult<Account> {
        accounts::table.filter(accounts::id.eq(id)).select(Account::cols()).one(conn).await
    }

    pub async fn by_login(conn: &mut Conn, realm: Option<Realm>, login: &str) -> QueryResult<Option<Account>> {
        let wanted = Where::<accounts::table>::default().and(accounts::login.eq(login.to_owned()));
        let wanted = match realm {
            Some(realm) => wanted.and(accounts::realm.eq(realm)),
            None => wanted.and(accounts::realm.is_null()),
        };
        Ok(Account::fetch(conn, wanted, Account::ORDER.first(1)).await?.into_iter().next())
    }

    /// How many there are
    pub async fn number(conn: &mut Conn) -> QueryResult<i64> {
        Account::count(conn, Where::default()).await
    }

    pub async fn create(conn: &mut Conn, new: NewAccount) -> AppResult<Account> {
        if Account::by_login(conn, new.realm, &new.login).await?.is_some() {
            return Err(AppError::conflict("This login is taken"));
        }
        let now = Time::now();
        let row = (
            accounts::realm.eq(new.realm),
            accounts::login.eq(new.login),
            accounts::name.eq(new.name),
            accounts::password_hash.eq(new.password_hash),
            accounts::is_manager.eq(new.is_manager),
            accounts::created_at.eq(now),
            accounts::updated_at.eq(now),
        );
        Ok(diesel::insert_into(accounts::table).values(row).returning(Account::cols()).one(conn).await?)
    }

    /// Freezing ends the account's sessions
    pub async fn set_frozen(conn: &mut Conn, id: Id<Account>, frozen: bool) -> QueryResult<Account> {
        if frozen {
            Session::end_all(conn, id).await?;
        }
        diesel::update(accounts::table.filter(accounts::id.eq(id)))
            .set((accounts::is_frozen.eq(frozen), accounts::updated_at.eq(Time::now())))
            .returning(Account::cols())
            .one(conn)
            .await
    }

    /// A new password in place of the one that was judged or proven; ends the account's sessions
    pub async fn set_password(conn: &mut Conn, judged: &Account, password_hash: Secret) -> AppResult<Account> {
        Session::end_all(conn, judged.id).await?;
        let unchanged = accounts::password_hash.eq(judged.password_hash.clone());
        diesel::update(accounts::table.filter(accounts::id.eq(judged.id)).filter(unchanged))
            .set((accounts::password_hash.eq(password_hash), accounts::updated_at.eq(Time::now())))
            .returning(Account::cols())
            .opt(conn)
            .await?
            .ok_or_else(|| AppError::conflict("The password was changed meanwhile"))
    }

    /// Login and name follow the profile of the account
    pub async fn rename(
        conn: &mut Conn,
        id: Id<Account>,
        login: Option<String>,
        name: Option<String>,
    ) -> QueryResult<Account> {
        diesel::update(accounts::table.filter(accounts::id.eq(id)))
            .set((
                login.map(|value| accounts::login.eq(value)),
                name.map(|value| accounts::name.eq(value)),
                accounts::updated_at.eq(Time::now()),
            ))
            .returning(Account::cols())
            .one(conn)
            .await
    }

    /// With its sessions, which end, and its profile; refused by the database where rows of the business refer to it
    pub async fn delete(conn: &mut Conn, id: Id<Account>) -> QueryResult<usize> {
        Session::end_all(conn, id).await?;
        diesel::delete(accounts::table.filter(accounts::id.eq(id))).run(conn).await
    }

    pub async fn note_login(conn: &mut Conn, id: Id<Account>) -> QueryResult<()> {
        diesel::update(accounts::table.filter(accounts::id.eq(id)))
            .set(accounts::last_login_at.eq(Time::now()))
            .run(conn)
            .await?;
        Ok(())
    }
}

#[ComplexObject]
impl Account {
    /// Number of the row in its table
    async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Its profile in the realm LOAN
    async fn loan_officer(&self, ctx: &Context<'_>) -> AppResult<Option<LoanOfficer>> {
        ctx.child(LoanOfficer::OF_ACCOUNT, self.id.number).await
    }

    /// Its profile in the realm SERVICE
    async fn service_staff(&self, ctx: &Context<'_>) -> AppResult<Option<ServiceStaff>> {
        ctx.child(ServiceStaff::OF_ACCOUNT, self.id.number).await
    }

    /// Its profile in the realm ESTATE
    async fn estate_agent(&self, ctx: &Context<'_>) -> AppResult<Option<EstateAgent>> {
        ctx.child(EstateAgent::OF_ACCOUNT, self.id.number).await
    }

    /// Its profile in the realm BANK
    async fn bank_staff(&self, ctx: &Context<'_>) -> AppResult<Option<BankStaff>> {
        ctx.child(BankStaff::OF_ACCOUNT, self.id.number).await
    }

    /// Files that it uploaded, newest first, as far as the viewer may see them
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    async fn attachments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<Attachment>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(Attachment::OF_ACCOUNT, self.id.number, page).await
    }
}

#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// The account that is signed in
    #[graphql(guard = "SignedIn")]
    async fn me(&self, ctx: &Context<'_>) -> AppResult<Account> {
        let viewer = ctx.viewer()?;
        Account::find(&mut ctx.read().await?, viewer, Id::new(viewer.account_id.unwrap_or(0))).await
    }

    /// One account, as far as the viewer may see it
    #[graphql(guard = "SignedIn")]
    async fn account(&self, ctx: &Context<'_>, id: Id<Account>) -> AppResult<Option<Account>> {
        ctx.load(id).await
    }

    /// Accounts by number; administrators see all, managers those of their realm, others their own
    #[graphql(guard = "SignedIn", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        filter: Option<AccountFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<Account>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Creates an account without a profile; for managers of its realm
    #[graphql(guard = "SignedIn")]
    async fn account_create(&self, ctx: &Context<'_>, input: AccountCreateInput) -> AppResult<AccountCreatePayload> {
        manages(ctx.viewer()?, input.realm)?;
        let new = NewAccount::new(input.realm, &input.login, &input.name, &input.password, input.is_manager).await?;
        let mut tx = ctx.begin().await?;
        let account = Account::create(&mut tx, new).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&account)).await?;
        tx.commit().await?;
        Ok(AccountCreatePayload { account })
    }

    /// Keeps an account from signing in and ends its sessions; for managers of its realm
    #[graphql(guard = "SignedIn")]
    async fn account_freeze(&self, ctx: &Context<'_>, id: Id<Account>) -> AppResult<AccountFreezePayload> {
        Ok(AccountFreezePayload { account: set_frozen(ctx, id, true).await? })
    }

    /// Lets an account sign in again; for managers of its realm
    #[graphql(guard = "SignedIn")]
    async fn account_thaw(&self, ctx: &Context<'_>, id: Id<Account>) -> AppResult<AccountThawPayload> {
        Ok(AccountThawPayload { account: set_frozen(ctx, id, false).await? })
    }

    /// Sets a password: one's own with the current one, another's as a manager of its realm. Ends its sessions.
    #[graphql(guard = "SignedIn")]
    async fn account_password_set(
        &self,
        ctx: &Context<'_>,
        id: Id<Account>,
        #[graphql(desc = "The current password, needed for one's own account", secret)] current: Option<String>,
        #[graphql(desc = "The new password, 8 to 200 characters", secret)] password: String,
    ) -> AppResult<AccountPasswordSetPayload> {
        let viewer = ctx.viewer()?;
        let account = Account::find(&mut ctx.read().await?, viewer, id).await?;
        let new = Account::hash(account.realm, &password).await?;
        match viewer.account_id == Some(id.number) {
            true => account.check_password(ctx, "current", current.as_deref().unwrap_or_default()).await?,
            false => manages(viewer, account.realm)?,
        }
        let mut tx = ctx.begin().await?;
        let changed = Account::set_password(&mut tx, &account, new).await?;
        AuditEntry::record(&mut tx, ctx, Some(&account), Some(&changed)).await?;
        tx.commit().await?;
        ctx.app().sessions.forget(id.number);
        Ok(AccountPasswordSetPayload { account: changed })
    }
}

fn manages(viewer: &Viewer, realm: Option<Realm>) -> AppResult<()> {
    let allowed = realm.map_or_else(|| viewer.administers(), |realm| viewer.manages(realm));
    if allowed { Ok(()) } else { Err(AppError::forbidden("Only for managers of the account's realm")) }
}

async fn set_frozen(ctx: &Context<'_>, id: Id<Account>, frozen: bool) -> AppResult<Account> {
    let viewer = ctx.viewer()?;
    let mut tx = ctx.begin().await?;
    let account = Account::find(&mut tx, viewer, id).await?;
    manages(viewer, account.realm)?;
    let changed = Account::set_frozen(&mut tx, id, frozen).await?;
    AuditEntry::record(&mut tx, ctx, Some(&account), Some(&changed)).await?;
    tx.commit().await?;
    ctx.app().sessions.forget(id.number);
    Ok(changed)
}
