//! What is read and written of interviews.

use diesel::prelude::*;

use super::{CreditInterview, InterviewPaper};
use crate::{
    db::{Conn, Id, Run as _, Time, tables::credit_interviews},
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
}
