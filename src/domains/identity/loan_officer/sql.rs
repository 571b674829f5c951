//! The SQL of loan officers.

use std::collections::HashMap;

use async_graphql::Context;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::{LoanOfficer, LoanOfficerCreateInput, LoanOfficerUpdateInput};
use crate::{
    auth::{Realm, Viewer},
    db::{Cols as _, Conn, Id, Run as _, Time, tables::loan_officers},
    domains::identity::Account,
    error::{AppError, AppResult},
    graphql::{ContextExt, Relation, entity::Visible, input::patch},
};

impl LoanOfficer {
    pub const OF_ACCOUNT: Relation<LoanOfficer> =
        Relation { column: loan_officers::account_id::NAME, parent: |officer| Some(officer.account_id.number) };

    pub async fn of_account(conn: &mut Conn, account: Id<Account>) -> QueryResult<Option<LoanOfficer>> {
        loan_officers::table.filter(loan_officers::account_id.eq(account)).select(LoanOfficer::cols()).opt(conn).await
    }

    /// The officer with this employee code, where a viewer asks for one officer's rows: himself, or anybody to a manager.
    /// No code asks for no officer; an unknown one for the officer 0, who has no rows.
    pub async fn named(ctx: &Context<'_>, code: Option<&str>) -> AppResult<Option<Id<LoanOfficer>>> {
        let (Some(code), viewer) = (code, ctx.viewer()?) else { return Ok(None) };
        let id = Self::by_codes(&mut ctx.read().await?, viewer, vec![code.to_owned()]).await?.remove(code);
        match id {
            None if !viewer.manages(Realm::Loan) => Err(AppError::forbidden("Not your own employee code")),
            id => Ok(Some(id.unwrap_or(Id::new(0)))),
        }
    }

    /// Ids by employee code of those for whom a viewer acts: himself, or anybody to a manager
    pub async fn by_codes(
        conn: &mut Conn,
        viewer: &Viewer,
        codes: Vec<String>,
    ) -> QueryResult<HashMap<String, Id<LoanOfficer>>> {
        let mut wanted = LoanOfficer::visible(viewer).and(loan_officers::employee_code.eq_any(codes));
        if !viewer.manages(Realm::Loan) {
            wanted = wanted.and(loan_officers::id.eq(viewer.profile_id.unwrap_or(0)));
        }
        let found = loan_officers::table.filter(&wanted).select((loan_officers::employee_code, loan_officers::id));
        Ok(found.all::<(String, Id<LoanOfficer>)>(conn).await?.into_iter().collect())
    }

    pub(super) async fn create(
        conn: &mut Conn,
        account: Id<Account>,
        new: LoanOfficerCreateInput,
    ) -> QueryResult<LoanOfficer> {
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

    pub(super) async fn update(
        conn: &mut Conn,
        id: Id<LoanOfficer>,
        change: LoanOfficerUpdateInput,
    ) -> QueryResult<LoanOfficer> {
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

    /// Name with the employee code, as rongzi shows it
    pub fn labelled(&self) -> String {
        format!("{}[{}]", self.name, self.employee_code)
    }

    /// What a token says of the officer (contract rongzi, section 3)
    pub fn claims(&self) -> Value {
        json!({
            "accountName": self.account_name,
            "empCode": self.employee_code,
            "empName": self.labelled(),
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
