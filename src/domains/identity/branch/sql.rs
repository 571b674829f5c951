//! What is read and written of branches.

use diesel::prelude::*;

use super::{Branch, BranchCreateInput, BranchUpdateInput};
use crate::{
    auth::{BankSight, Viewer},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        tables::{bank_staff, branches},
    },
    domains::identity::Account,
    error::AppResult,
    graphql::{
        Entity, Relation, Tree,
        entity::Visible,
        input::{patch, refuse},
    },
};

impl Branch {
    pub const OF_PARENT: Relation<Branch> =
        Relation { column: branches::parent_id::NAME, parent: |branch| branch.parent_id.map(|parent| parent.number) };

    pub async fn of_account(conn: &mut Conn, account: Id<Account>) -> QueryResult<Option<Branch>> {
        let staff = bank_staff::table.filter(bank_staff::account_id.eq(account)).select(bank_staff::branch_id);
        let own = Where::default().and(branches::id.eq_any(staff));
        Ok(Branch::fetch(conn, own, Branch::ORDER.first(1)).await?.into_iter().next())
    }

    /// The branch that an input names by id or code, within what the viewer sees
    pub async fn wanted(
        conn: &mut Conn,
        viewer: &Viewer,
        id: Option<Id<Branch>>,
        code: Option<&str>,
    ) -> AppResult<Option<Branch>> {
        match (id, code) {
            (Some(id), None) => Branch::named(conn, viewer, "branchId", id).await.map(Some),
            (None, Some(code)) => {
                let wanted = Branch::visible(viewer).and(branches::code.eq(code.to_owned()));
                let found = Branch::fetch(conn, wanted, Branch::ORDER.first(1)).await?.into_iter().next();
                found.map(Some).ok_or_else(|| refuse("branchCode", "No such Branch"))
            }
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(refuse("branchCode", "Give either branchId or branchCode")),
        }
    }

    /// The branch above where it may be: visible, of a lower level, and not below the branch itself
    pub(super) async fn above(
        conn: &mut Conn,
        viewer: &Viewer,
        parent: Option<Id<Branch>>,
        level: i32,
        path: Option<&str>,
    ) -> AppResult<String> {
        let Some(parent) = parent else {
            return match viewer.branch_sight() {
                BankSight::All => Ok("/".to_owned()),
                _ => Err(refuse("parentId", "Only who sees all branches may put one at the top")),
            };
        };
        let parent = Branch::named(conn, viewer, "parentId", parent).await?;
        parent.bears(level, path)?;
        Ok(parent.path)
    }

    pub(super) async fn create(conn: &mut Conn, above: &str, new: BranchCreateInput) -> QueryResult<Branch> {
        let now = Time::now();
        let times = (branches::created_at.eq(now), branches::updated_at.eq(now));
        let row = (new, branches::path.eq(""), times);
        let id: i64 = diesel::insert_into(branches::table).values(row).returning(branches::id).one(conn).await?;
        diesel::update(branches::table.filter(branches::id.eq(id)))
            .set(branches::path.eq(format!("{above}{id}/")))
            .returning(Branch::cols())
            .one(conn)
            .await
    }

    pub(super) async fn update(conn: &mut Conn, id: Id<Branch>, change: BranchUpdateInput) -> QueryResult<Branch> {
        diesel::update(branches::table.filter(branches::id.eq(id)))
            .set((
                change.code.map(|value| branches::code.eq(value)),
                change.name.map(|value| branches::name.eq(value)),
                patch(change.parent_id).map(|value| branches::parent_id.eq(value)),
                change.level.map(|value| branches::level.eq(value)),
                change.is_active.map(|value| branches::is_active.eq(value)),
                change.is_virtual.map(|value| branches::is_virtual.eq(value)),
                patch(change.kind).map(|value| branches::kind.eq(value)),
                patch(change.relation).map(|value| branches::relation.eq(value)),
                patch(change.corporation_code).map(|value| branches::corporation_code.eq(value)),
                patch(change.description).map(|value| branches::description.eq(value)),
                branches::updated_at.eq(Time::now()),
            ))
            .returning(Branch::cols())
            .one(conn)
            .await
    }

    pub(super) async fn delete(conn: &mut Conn, id: Id<Branch>) -> QueryResult<usize> {
        diesel::delete(branches::table.filter(branches::id.eq(id))).run(conn).await
    }
}
