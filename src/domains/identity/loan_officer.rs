//! Sales employee of the realm LOAN (rongzi 销售), profile of an account.
//!
//! Table `loan_officers`. He signs in with his number ("1611"), his employee code is "AA1611" (销售编号).

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Account, AuditEntry, NewAccount};
use crate::{
    auth::{Manager, Realm, Sight, Staff, Viewer},
    db::{Cols as _, Conn, Id, Run as _, Time, Where, tables::loan_officers},
    entity,
    error::AppResult,
    graphql::{
        Connection, ContextExt, Entity, Page, PageInput, Relation,
        entity::Visible,
        input::{self, patch},
        page,
        scalars::Long,
    },
    payload,
};

/// Sales employee of the loan business
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = loan_officers)]
#[graphql(complex)]
pub struct LoanOfficer {
    /// Opaque global id
    pub id: Id<LoanOfficer>,
    /// Account that the officer signs in with
    pub account_id: Id<Account>,
    /// Employee code, "AA1611" (legacy empCode)
    pub employee_code: String,
    /// Account name in the loan management system (legacy accountName)
    pub account_name: Option<String>,
    /// Name (legacy empName)
    pub name: String,
    /// Code of the city (legacy cityCode)
    pub city_code: Option<String>,
    /// Name of the city (legacy cityName)
    pub city_name: Option<String>,
    /// Code of the department (legacy dprCode)
    pub department_code: Option<String>,
    /// Name of the department (legacy dprName)
    pub department_name: Option<String>,
    /// Code of the position (legacy roleCode)
    pub role_code: Option<String>,
    /// Name of the position (legacy roleName)
    pub role_name: Option<String>,
    /// Mobile phone for work (legacy empWorkMobile)
    pub work_mobile: Option<String>,
    /// WeChat id for work (legacy empWechatId)
    pub wechat_id: Option<String>,
    /// When the officer was entered
    pub created_at: Time,
    /// When the officer was last changed
    pub updated_at: Time,
}

/// Which loan officers
#[derive(Clone, Debug, Default, InputObject)]
pub struct LoanOfficerFilter {
    /// With exactly this employee code
    employee_code: Option<String>,
}

/// A new loan officer with his account
#[derive(Clone, Debug, InputObject)]
pub struct LoanOfficerCreateInput {
    /// Number that the officer signs in with, "1611"
    login: String,
    /// Password, 8 to 200 characters
    #[graphql(secret)]
    password: String,
    /// Whether the officer sees and manages the whole realm
    #[graphql(default)]
    is_manager: bool,
    /// Employee code, "AA1611"
    employee_code: String,
    /// Name
    name: String,
    /// Account name in the loan management system
    account_name: Option<String>,
    /// Code of the city
    city_code: Option<String>,
    /// Name of the city
    city_name: Option<String>,
    /// Code of the department
    department_code: Option<String>,
    /// Name of the department
    department_name: Option<String>,
    /// Code of the position
    role_code: Option<String>,
    /// Name of the position
    role_name: Option<String>,
    /// Mobile phone for work
    work_mobile: Option<String>,
    /// WeChat id for work
    wechat_id: Option<String>,
}

/// Changes of a loan officer; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct LoanOfficerUpdateInput {
    /// Name
    name: Option<String>,
    /// Code of the city
    city_code: MaybeUndefined<String>,
    /// Name of the city
    city_name: MaybeUndefined<String>,
    /// Code of the department
    department_code: MaybeUndefined<String>,
    /// Name of the department
    department_name: MaybeUndefined<String>,
    /// Code of the position
    role_code: MaybeUndefined<String>,
    /// Name of the position
    role_name: MaybeUndefined<String>,
    /// Mobile phone for work
    work_mobile: MaybeUndefined<String>,
    /// WeChat id for work
    wechat_id: MaybeUndefined<String>,
}

payload! {
    /// The new officer
    LoanOfficerCreatePayload { loan_officer: LoanOfficer }
    /// The changed officer
    LoanOfficerUpdatePayload { loan_officer: LoanOfficer }
}

entity!(LoanOfficer, loan_officers, asc);

impl Visible for LoanOfficer {
    type Table = loan_officers::table;

    /// Colleagues know each other
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.open(Realm::Loan) {
            Sight::Nothing => Where::nothing(),
            _ => Where::default(),
        }
    }
}

impl LoanOfficerFilter {
    fn wanted(&self) -> Where<loan_officers::table> {
        Where::default().maybe(self.employee_code.clone(), |code| loan_officers::employee_code.eq(code))
    }
}

impl LoanOfficerCreateInput {
    fn check(&self) -> AppResult<()> {
        input::name("employeeCode", &self.employee_code, input::NAME)?;
        input::texts([
            ("accountName", self.account_name.as_ref(), input::NAME),
            ("cityCode", self.city_code.as_ref(), input::NAME),
            ("cityName", self.city_name.as_ref(), input::NAME),
            ("departmentCode", self.department_code.as_ref(), input::NAME),
            ("departmentName", self.department_name.as_ref(), input::NAME),
            ("roleCode", self.role_code.as_ref(), input::NAME),
            ("roleName", self.role_name.as_ref(), input::NAME),
            ("workMobile", self.work_mobile.as_ref(), input::NAME),
            ("wechatId", self.wechat_id.as_ref(), input::NAME),
        ])
    }
}

impl LoanOfficerUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, input::NAME))?;
        input::texts([
            ("cityCode", self.city_code.value(), input::NAME),
            ("cityName", self.city_name.value(), input::NAME),
            ("departmentCode", self.department_code.value(), input::NAME),
            ("departmentName", self.department_name.value(), input::NAME),
            ("roleCode", self.role_code.value(), input::NAME),
            ("roleName", self.role_name.value(), input::NAME),
            ("workMobile", self.work_mobile.value(), input::NAME),
            ("wechatId", self.wechat_id.value(), input::NAME),
        ])
    }
}

impl LoanOfficer {
    pub const OF_ACCOUNT: Relation<LoanOfficer> =
        Relation { column: loan_officers::account_id::NAME, parent: |officer| Some(officer.account_id.number) };

    pub async fn of_account(conn: &mut Conn, account: Id<Account>) -> QueryResult<Option<LoanOfficer>> {
        loan_officers::table.filter(loan_officers::account_id.eq(account)).select(LoanOfficer::cols()).opt(conn).await
    }

    async fn create(conn: &mut Conn, account: Id<Account>, new: LoanOfficerCreateInput) -> QueryResult<LoanOfficer> {
        let now = Time::now();
        let row = (
            loan_officers::account_id.eq(account),
            loan_officers::employee_code.eq(new.employee_code),
            loan_officers::account_name.eq(new.account_name),
            loan_officers::name.eq(new.name),
            loan_officers::city_code.eq(new.city_code),
            loan_officers::city_name.eq(new.city_name),
            loan_officers::department_code.eq(new.department_code),
            loan_officers::department_name.eq(new.department_name),
            loan_officers::role_code.eq(new.role_code),
            loan_officers::role_name.eq(new.role_name),
            loan_officers::work_mobile.eq(new.work_mobile),
            loan_officers::wechat_id.eq(new.wechat_id),
            loan_officers::created_at.eq(now),
            loan_officers::updated_at.eq(now),
        );
        diesel::insert_into(loan_officers::table).values(row).returning(LoanOfficer::cols()).one(conn).await
    }

    async fn update(conn: &mut Conn, id: Id<LoanOfficer>, change: LoanOfficerUpdateInput) -> QueryResult<LoanOfficer> {
        diesel::update(loan_officers::table.filter(loan_officers::id.eq(id)))
            .set((
                change.name.map(|value| loan_officers::name.eq(value)),
                patch(change.city_code).map(|value| loan_officers::city_code.eq(value)),
                patch(change.city_name).map(|value| loan_officers::city_name.eq(value)),
                patch(change.department_code).map(|value| loan_officers::department_code.eq(value)),
                patch(change.department_name).map(|value| loan_officers::department_name.eq(value)),
                patch(change.role_code).map(|value| loan_officers::role_code.eq(value)),
                patch(change.role_name).map(|value| loan_officers::role_name.eq(value)),
                patch(change.work_mobile).map(|value| loan_officers::work_mobile.eq(value)),
                patch(change.wechat_id).map(|value| loan_officers::wechat_id.eq(value)),
                loan_officers::updated_at.eq(Time::now()),
            ))
            .returning(LoanOfficer::cols())
            .one(conn)
            .await
    }

    /// What a token says of the officer (contract rongzi, section 3)
    pub fn claims(&self) -> Value {
        json!({
            "accountName": self.account_name,
            "empCode": self.employee_code,
            "empName": self.name,
            "cityCode": self.city_code,
            "cityName": self.city_name,
            "dprCode": self.department_code,
            "dprName": self.department_name,
            "roleCode": self.role_code,
            "roleName": self.role_name,
            "empWorkMobile": self.work_mobile,
            "empWechatId": self.wechat_id,
        })
    }
}

#[ComplexObject]
impl LoanOfficer {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the officer works in
    pub async fn realm(&self) -> Realm {
        Realm::Loan
    }

    /// Phone number for work
    pub async fn work_phone(&self) -> Option<String> {
        self.work_mobile.clone()
    }

    /// Account that the officer signs in with, as far as the viewer may see it
    pub async fn account(&self, ctx: &Context<'_>) -> AppResult<Option<Account>> {
        ctx.load(self.account_id).await
    }
}

#[derive(Default)]
pub struct LoanOfficerQuery;

#[Object]
impl LoanOfficerQuery {
    /// One loan officer
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn loan_officer(&self, ctx: &Context<'_>, id: Id<LoanOfficer>) -> AppResult<Option<LoanOfficer>> {
        ctx.load(id).await
    }

    /// Loan officers by number
    #[graphql(guard = "Staff(Realm::Loan)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn loan_officers(
        &self,
        ctx: &Context<'_>,
        filter: Option<LoanOfficerFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<LoanOfficer>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct LoanOfficerMutation;

#[Object]
impl LoanOfficerMutation {
    /// Enters a loan officer and opens his account; for managers
    #[graphql(guard = "Manager(Realm::Loan)")]
    async fn loan_officer_create(
        &self,
        ctx: &Context<'_>,
        input: LoanOfficerCreateInput,
    ) -> AppResult<LoanOfficerCreatePayload> {
        input.check()?;
        let account =
            NewAccount::new(Some(Realm::Loan), &input.login, &input.name, &input.password, input.is_manager).await?;
        let mut tx = ctx.begin().await?;
        let account = Account::create(&mut tx, account).await?;
        let loan_officer = LoanOfficer::create(&mut tx, account.id, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&account)).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&loan_officer)).await?;
        tx.commit().await?;
        Ok(LoanOfficerCreatePayload { loan_officer })
    }

    /// Changes a loan officer; for managers
    #[graphql(guard = "Manager(Realm::Loan)")]
    async fn loan_officer_update(
        &self,
        ctx: &Context<'_>,
        id: Id<LoanOfficer>,
        input: LoanOfficerUpdateInput,
    ) -> AppResult<LoanOfficerUpdatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let before = LoanOfficer::find(&mut tx, ctx.viewer()?, id).await?;
        let loan_officer = LoanOfficer::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&loan_officer)).await?;
        tx.commit().await?;
        Ok(LoanOfficerUpdatePayload { loan_officer })
    }
}
