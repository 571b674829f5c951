//! The SQL of loan customers.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{ContactStatus, LoanCustomer, LoanCustomerCreateInput, LoanCustomerUpdateInput};
use crate::{
    auth::Viewer,
    db::{Cols as _, Conn, Id, Run as _, Time, Where, tables::loan_customers},
    domains::identity::LoanOfficer,
    error::{AppError, AppResult},
    graphql::{
        Entity, Relation,
        entity::Visible,
        input::{patch, phone_key},
    },
};

impl LoanCustomer {
    pub const OF_OFFICER: Relation<LoanCustomer> =
        Relation { column: loan_customers::officer_id::NAME, parent: |customer| Some(customer.officer_id.number) };

    /// The customer with this code, if the viewer may see him
    pub async fn find_code(conn: &mut Conn, viewer: &Viewer, code: &str) -> AppResult<LoanCustomer> {
        let wanted = LoanCustomer::visible(viewer).and(loan_customers::code.eq(code.to_owned()));
        let rows = LoanCustomer::fetch(conn, wanted, LoanCustomer::ORDER.first(1)).await?;
        rows.into_iter().next().ok_or_else(|| AppError::not_found(LoanCustomer::NAME))
    }

    /// The customers with this mobile phone whom the viewer may see
    pub async fn with_mobile(conn: &mut Conn, viewer: &Viewer, mobile: &str) -> QueryResult<Vec<LoanCustomer>> {
        let wanted = LoanCustomer::visible(viewer).and(loan_customers::mobile_key.eq(phone_key(mobile)));
        LoanCustomer::fetch(conn, wanted, LoanCustomer::ORDER.all()).await
    }

    /// Ids by customer code, of those whom the viewer may see
    pub async fn by_codes(
        conn: &mut Conn,
        viewer: &Viewer,
        codes: Vec<String>,
    ) -> QueryResult<HashMap<String, Id<LoanCustomer>>> {
        let wanted = LoanCustomer::visible(viewer).and(loan_customers::code.eq_any(codes));
        let found = loan_customers::table.filter(&wanted).select((loan_customers::code, loan_customers::id));
        Ok(found.all::<(String, Id<LoanCustomer>)>(conn).await?.into_iter().collect())
    }

    /// Ids by officer and match key of the mobile phone; of several with the same number, the one changed last
    pub async fn by_mobiles(
        conn: &mut Conn,
        officers: Vec<Id<LoanOfficer>>,
        keys: Vec<String>,
    ) -> QueryResult<HashMap<(Id<LoanOfficer>, String), Id<LoanCustomer>>> {
        let found: Vec<(Id<LoanOfficer>, Option<String>, Id<LoanCustomer>)> = loan_customers::table
            .filter(loan_customers::officer_id.eq_any(officers))
            .filter(loan_customers::mobile_key.eq_any(keys))
            .select((loan_customers::officer_id, loan_customers::mobile_key, loan_customers::id))
            .order((loan_customers::updated_at, loan_customers::id))
            .all(conn)
            .await?;
        Ok(found.into_iter().filter_map(|(officer, key, id)| Some(((officer, key?), id))).collect())
    }

    pub(super) async fn create(
        conn: &mut Conn,
        officer: Id<LoanOfficer>,
        new: LoanCustomerCreateInput,
    ) -> QueryResult<LoanCustomer> {
        let now = Time::now();
        let name = new.name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| new.code.clone());
        let row = (
            loan_customers::code.eq(new.code),
            loan_customers::officer_id.eq(officer),
            loan_customers::name.eq(name),
            loan_customers::mobile_key.eq(new.mobile.as_deref().map(phone_key)),
            loan_customers::mobile.eq(new.mobile),
            loan_customers::wechat_id.eq(new.wechat_id),
            loan_customers::stage.eq(new.stage),
            loan_customers::has_car.eq(new.has_car),
            loan_customers::has_guarantee.eq(new.has_guarantee),
            loan_customers::has_house.eq(new.has_house),
            loan_customers::social_security.eq(new.social_security),
            loan_customers::salary.eq(new.salary),
            loan_customers::job.eq(new.job),
            loan_customers::loan_term.eq(new.loan_term),
            loan_customers::loan_amount.eq(new.loan_amount),
            loan_customers::money_needed_at.eq(new.money_needed_at),
            loan_customers::city.eq(new.city),
            loan_customers::comment.eq(new.comment),
            loan_customers::contact_status.eq(new.contact_status),
            loan_customers::created_at.eq(now),
            loan_customers::updated_at.eq(now),
        );
        diesel::insert_into(loan_customers::table).values(row).returning(LoanCustomer::cols()).one(conn).await
    }

    pub(super) async fn update(
        conn: &mut Conn,
        id: Id<LoanCustomer>,
        change: LoanCustomerUpdateInput,
    ) -> QueryResult<LoanCustomer> {
        let mobile = patch(change.mobile);
        let key = mobile.as_ref().map(|mobile| mobile.as_deref().map(phone_key));
        diesel::update(loan_customers::table.filter(loan_customers::id.eq(id)))
            .set((
                change.officer_id.map(|value| loan_customers::officer_id.eq(value)),
                change.name.map(|value| loan_customers::name.eq(value)),
                mobile.map(|value| loan_customers::mobile.eq(value)),
                key.map(|value| loan_customers::mobile_key.eq(value)),
                patch(change.wechat_id).map(|value| loan_customers::wechat_id.eq(value)),
                change.stage.map(|value| loan_customers::stage.eq(value)),
                patch(change.has_car).map(|value| loan_customers::has_car.eq(value)),
                patch(change.has_guarantee).map(|value| loan_customers::has_guarantee.eq(value)),
                patch(change.has_house).map(|value| loan_customers::has_house.eq(value)),
                patch(change.social_security).map(|value| loan_customers::social_security.eq(value)),
                patch(change.salary).map(|value| loan_customers::salary.eq(value)),
                patch(change.job).map(|value| loan_customers::job.eq(value)),
                patch(change.loan_term).map(|value| loan_customers::loan_term.eq(value)),
                patch(change.loan_amount).map(|value| loan_customers::loan_amount.eq(value)),
                patch(change.money_needed_at).map(|value| loan_customers::money_needed_at.eq(value)),
                patch(change.city).map(|value| loan_customers::city.eq(value)),
                patch(change.comment).map(|value| loan_customers::comment.eq(value)),
                change.contact_status.map(|value| loan_customers::contact_status.eq(value)),
                loan_customers::updated_at.eq(Time::now()),
            ))
            .returning(LoanCustomer::cols())
            .one(conn)
            .await
    }

    /// Sets the contact status of those of these customers whose status is one of `from`; the rows before and after
    pub async fn set_contact_status(
        conn: &mut Conn,
        ids: Vec<Id<LoanCustomer>>,
        from: Vec<ContactStatus>,
        to: ContactStatus,
    ) -> QueryResult<Vec<(LoanCustomer, LoanCustomer)>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let wanted =
            Where::default().and(loan_customers::id.eq_any(ids)).and(loan_customers::contact_status.eq_any(from));
        let mut after: HashMap<Id<LoanCustomer>, LoanCustomer> = HashMap::new();
        let before = LoanCustomer::fetch(conn, wanted, LoanCustomer::ORDER.all()).await?;
        let changed: Vec<Id<LoanCustomer>> = before.iter().map(|customer| customer.id).collect();
        let rows: Vec<LoanCustomer> = diesel::update(loan_customers::table.filter(loan_customers::id.eq_any(changed)))
            .set((loan_customers::contact_status.eq(to), loan_customers::updated_at.eq(Time::now())))
            .returning(LoanCustomer::cols())
            .all(conn)
            .await?;
        after.extend(rows.into_iter().map(|row| (row.id, row)));
        Ok(before.into_iter().filter_map(|row| Some((row.clone(), after.remove(&row.id)?))).collect())
    }

    pub(super) async fn delete(conn: &mut Conn, id: Id<LoanCustomer>) -> QueryResult<usize> {
        diesel::delete(loan_customers::table.filter(loan_customers::id.eq(id))).run(conn).await
    }
}
