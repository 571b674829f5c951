//! Who changed what and when; one entry per entity that a mutation touches, written in its transaction.
//!
//! Table `audit_entries`. `before` and `after` hold the fields that changed, as JSON; secrets are masked.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Account;
use crate::{
    auth::{Administrator, Viewer},
    db::{Conn, Id, Run as _, Time, Where, tables::audit_entries},
    entity,
    error::AppResult,
    graphql::{Connection, ContextExt, Entity, Page, PageInput, entity::Visible, page, scalars::Long},
};

/// Record of one change of one entity
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = audit_entries)]
#[graphql(complex)]
pub struct AuditEntry {
    /// Opaque global id
    pub id: Id<AuditEntry>,
    /// When the change was made
    pub at: Time,
    /// Account that made it; none for the command line
    pub account_id: Option<Id<Account>>,
    /// Mutation that made it, "tagUpdate"
    pub action: String,
    /// Type of the changed entity, "Tag"
    pub entity: String,
    #[graphql(skip)]
    pub entity_id: i64,
    /// Changed fields before, as JSON; null for a new entity
    pub before: Option<String>,
    /// Changed fields after, as JSON; null for a deleted entity
    pub after: Option<String>,
}

/// Which audit entries
#[derive(Clone, Debug, Default, InputObject)]
pub struct AuditEntryFilter {
    /// Made by this account
    account_id: Option<Id<Account>>,
    /// About this type of entity
    entity: Option<String>,
    /// About the entity with this `databaseId` (with `entity`)
    entity_database_id: Option<Long>,
}

entity!(AuditEntry, audit_entries, at desc);

impl Visible for AuditEntry {
    type Table = audit_entries::table;

    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        if viewer.administers() { Where::default() } else { Where::nothing() }
    }
}

impl AuditEntryFilter {
    fn wanted(&self) -> Where<audit_entries::table> {
        Where::default()
            .maybe(self.account_id, |id| audit_entries::account_id.eq(id))
            .maybe(self.entity.clone(), |entity| audit_entries::entity.eq(entity))
            .maybe(self.entity_database_id, |id| audit_entries::entity_id.eq(id.0))
    }
}

impl AuditEntry {
    /// Writes what a mutation did to one entity: created (no `before`), changed, or deleted it (no `after`)
    pub async fn record<E: Entity>(
        conn: &mut Conn,
        ctx: &Context<'_>,
        before: Option<&E>,
        after: Option<&E>,
    ) -> AppResult<()> {
        let action = ctx.item.node.name.node.as_str();
        Self::write(conn, ctx.viewer().ok().and_then(|viewer| viewer.account_id), action, before, after).await
    }

    /// [`record`](Self::record) for what an entity is linked to, or for many new rows of it: the ids before and after
    pub async fn record_list<E: Entity>(
        conn: &mut Conn,
        ctx: &Context<'_>,
        of: &E,
        list: &str,
        before: &[i64],
        after: &[i64],
    ) -> AppResult<()> {
        let entry = (
            audit_entries::at.eq(Time::now()),
            audit_entries::account_id.eq(ctx.viewer().ok().and_then(|viewer| viewer.account_id)),
            audit_entries::action.eq(ctx.item.node.name.node.to_string()),
            audit_entries::entity.eq(E::NAME),
            audit_entries::entity_id.eq(of.id().number),
            audit_entries::before.eq(json!({ list: before }).to_string()),
            audit_entries::after.eq(json!({ list: after }).to_string()),
        );
        diesel::insert_into(audit_entries::table).values(entry).run(conn).await?;
        Ok(())
    }

    /// [`record`](Self::record) for what happens outside of a mutation
    pub async fn write<E: Entity>(
        conn: &mut Conn,
        account_id: Option<i64>,
        action: &str,
        before: Option<&E>,
        after: Option<&E>,
    ) -> AppResult<()> {
        let Some(entity) = after.or(before) else { return Ok(()) };
        let (old, new) = (fields(before), fields(after));
        let entry = (
            audit_entries::at.eq(Time::now()),
            audit_entries::account_id.eq(account_id),
            audit_entries::action.eq(action.to_owned()),
            audit_entries::entity.eq(E::NAME),
            audit_entries::entity_id.eq(entity.id().number),
            audit_entries::before.eq(before.map(|_| changed(&old, &new))),
            audit_entries::after.eq(after.map(|_| changed(&new, &old))),
        );
        diesel::insert_into(audit_entries::table).values(entry).run(conn).await?;
        Ok(())
    }
}

fn fields<E: Serialize>(row: Option<&E>) -> Map<String, Value> {
    match row.map(serde_json::to_value) {
        Some(Ok(Value::Object(fields))) => fields,
        _ => Map::new(),
    }
}

fn changed(this: &Map<String, Value>, other: &Map<String, Value>) -> String {
    let differing = this.iter().filter(|(name, value)| other.get(*name) != Some(value));
    Value::Object(differing.map(|(name, value)| (name.clone(), value.clone())).collect()).to_string()
}

#[ComplexObject]
impl AuditEntry {
    /// Number of the row in its table
    async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Number of the changed entity in its table
    async fn entity_database_id(&self) -> Long {
        Long(self.entity_id)
    }

    /// Account that made the change
    async fn account(&self, ctx: &Context<'_>) -> AppResult<Option<Account>> {
        match self.account_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

#[derive(Default)]
pub struct AuditEntryQuery;

#[Object]
impl AuditEntryQuery {
    /// Changes, newest first; for administrators of the whole installation
    #[graphql(guard = "Administrator", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn audit_entries(
        &self,
        ctx: &Context<'_>,
        filter: Option<AuditEntryFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<AuditEntry>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}
