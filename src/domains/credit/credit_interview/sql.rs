//! What is read and written of interviews.

use diesel::prelude::*;

use super::{CreditInterview, InterviewPaper, InterviewStage, InterviewStatus};
use crate::{
    db::{
        Cols as _, Conn, Id, Run as _, Time,
        sql::Many,
        tables::{bank_customers, credit_approvals, credit_interviews},
    },
    error::{AppError, AppResult},
    graphql::Relation,
};

impl CreditInterview {
    pub const OF_CUSTOMER: Relation<CreditInterview> = Relation {
        column: credit_interviews::customer_id::NAME,
        parent: |row| row.customer_id.map(|customer| customer.number),
    };

    pub const OF_GRID: Relation<CreditInterview> =
        Relation { column: credit_interviews::grid_id::NAME, parent: |row| Some(row.grid_id.number) };

    pub const OF_KEEPER: Relation<CreditInterview> =
        Relation { column: credit_interviews::keeper_id::NAME, parent: |row| row.keeper_id.map(|staff| staff.number) };

    /// Notes that a signed paper is there, or not any more; called in the transaction that keeps or deletes its picture
    pub async fn attach(
        conn: &mut Conn,
        id: Id<CreditInterview>,
        paper: InterviewPaper,
        is_there: bool,
    ) -> QueryResult<usize> {
        let (contract, form) = match paper {
            InterviewPaper::Contract => (Some(is_there), None),
            InterviewPaper::Form => (None, Some(is_there)),
        };
        diesel::update(credit_interviews::table.filter(credit_interviews::id.eq(id)))
            .set((
                contract.map(|value| credit_interviews::has_contract.eq(value)),
                form.map(|value| credit_interviews::has_form.eq(value)),
                credit_interviews::updated_at.eq(Time::now()),
            ))
            .run(conn)
            .await
    }

    /// Links interviews with people who were no customers, and their approvals, to the customers whom they become
    pub async fn adopt(conn: &mut Conn, numbers: Vec<String>) -> QueryResult<()> {
        let strangers = credit_interviews::customer_id.is_null();
        let customer = bank_customers::table
            .filter(bank_customers::id_number.eq(credit_interviews::id_number))
            .select(bank_customers::id.nullable())
            .single_value();
        let met = credit_interviews::table.filter(credit_interviews::id_number.eq_any(numbers.clone()));
        let adopted: Vec<Id<CreditInterview>> = diesel::update(met.filter(strangers))
            .set(credit_interviews::customer_id.eq(customer))
            .returning(credit_interviews::id)
            .all(conn)
            .await?;
        if !adopted.is_empty() {
            let customer = credit_interviews::table
                .filter(credit_interviews::id.eq(credit_approvals::interview_id))
                .select(credit_interviews::customer_id)
                .single_value();
            diesel::update(credit_approvals::table.filter(credit_approvals::interview_id.eq_any(adopted)))
                .set(credit_approvals::customer_id.eq(customer))
                .run(conn)
                .await?;
        }
        Ok(())
    }

    /// Those of the new ones with whose people no interview is under way
    pub(super) async fn insert(conn: &mut Conn, new: Vec<CreditInterview>) -> QueryResult<Vec<CreditInterview>> {
        diesel::insert_into(credit_interviews::table)
            .values(Many(new))
            .on_conflict_do_nothing()
            .returning(CreditInterview::cols())
            .all(conn)
            .await
    }

    /// Writes the changed row, unless its stage, its status or its papers are others meanwhile
    pub(super) async fn update(
        conn: &mut Conn,
        before: &CreditInterview,
        changed: CreditInterview,
    ) -> AppResult<CreditInterview> {
        let own = credit_interviews::table
            .filter(credit_interviews::id.eq(before.id))
            .filter(credit_interviews::stage.eq(before.stage))
            .filter(credit_interviews::status.eq(before.status))
            .filter(credit_interviews::has_contract.eq(before.has_contract))
            .filter(credit_interviews::has_form.eq(before.has_form));
        let written: Option<CreditInterview> = diesel::update(own)
            .set(CreditInterview { updated_at: Time::now(), ..changed })
            .returning(CreditInterview::cols())
            .opt(conn)
            .await?;
        written.ok_or_else(|| AppError::conflict("Somebody else changed it meanwhile"))
    }

    /// Takes those of the interviews that are at one stage to another; answers which were, as they are now
    pub async fn advance(
        conn: &mut Conn,
        ids: Vec<Id<CreditInterview>>,
        from: InterviewStage,
        to: InterviewStage,
    ) -> QueryResult<Vec<CreditInterview>> {
        let there = credit_interviews::table
            .filter(credit_interviews::id.eq_any(ids))
            .filter(credit_interviews::stage.eq(from))
            .filter(credit_interviews::status.eq(InterviewStatus::Normal));
        diesel::update(there)
            .set((credit_interviews::stage.eq(to), credit_interviews::updated_at.eq(Time::now())))
            .returning(CreditInterview::cols())
            .all(conn)
            .await
    }
}
