//! Who changed what and when; one entry per entity that a mutation touches, written in its transaction.
//!
//! Table `audit_entries`. `before` and `after` hold the fields that changed, as JSON; secrets are masked.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Account;
use crate::{
    auth::{Administrator, Viewer},
    db::{Conn, Id, Run as _, Time, Where, sql::Many, tables::audit_entries},
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

    /// [`record`](Self::record) of an entity together with the ids that it is linked to, as the field `name`
    pub async fn record_linked<E: Entity>(
        conn: &mut Conn,
        ctx: &Context<'_>,
        name: &str,
        before: Option<(&E, &[i64])>,
        after: Option<(&E, &[i64])>,
    ) -> AppResult<()> {
        let Some((entity, _)) = after.or(before) else { return Ok(()) };
        let linked = |(row, ids): (&E, &[i64])| {
            let mut fields = fields(row);
            fields.insert(name.to_owned(), ids.into());
            fields
        };
        let account_id = ctx.viewer().ok().and_then(|viewer| viewer.account_id);
        let action = ctx.item.node.name.node.as_str();
        let entry = NewEntry::of(Time::now(), account_id, action, entity, before.map(linked), after.map(linked));
        diesel::insert_into(audit_entries::table).values(entry).run(conn).await?;
        Ok(())
    }

    /// [`record`](Self::record) for many entities of one type, as pairs (before, after): set-based
    pub async fn record_all<'a, E: Entity>(
        conn: &mut Conn,
        ctx: &Context<'_>,
        changes: impl IntoIterator<Item = (Option<&'a E>, Option<&'a E>)>,
    ) -> AppResult<()> {
        let (at, account_id) = (Time::now(), ctx.viewer().ok().and_then(|viewer| viewer.account_id));
        let action = ctx.item.node.name.node.as_str();
        let mut entries = changes
            .into_iter()
            .filter_map(|(before, after)| entry(at, account_id, action, before, after))
            .collect::<Vec<_>>()
            .into_iter()
            .peekable();
        while entries.peek().is_some() {
            let chunk = Many(entries.by_ref().take(500).collect());
            diesel::insert_into(audit_entries::table).values(chunk).run(conn).await?;
        }
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
        let Some(entry) = entry(Time::now(), account_id, action, before, after) else { return Ok(()) };
        diesel::insert_into(audit_entries::table).values(entry).run(conn).await?;
        Ok(())
    }
}

impl AuditEntry {
    /// What somebody took out of the system without changing it
    pub async fn taken(
        conn: &mut Conn,
        viewer: &Viewer,
        action: &str,
        entity: &'static str,
        entity_id: i64,
        what: &Value,
    ) -> QueryResult<usize> {
        let entry = NewEntry {
            at: Time::now(),
            account_id: viewer.account_id,
            action: action.to_owned(),
            entity,
            entity_id,
            before: None,
            after: Some(what.to_string()),
        };
        diesel::insert_into(audit_entries::table).values(entry).run(conn).await
    }
}

#[derive(Insertable)]
#[diesel(table_name = audit_entries, treat_none_as_default_value = false)]
struct NewEntry {
    at: Time,
    account_id: Option<i64>,
    action: String,
    entity: &'static str,
    entity_id: i64,
    before: Option<String>,
    after: Option<String>,
}

fn entry<E: Entity>(
    at: Time,
    account_id: Option<i64>,
    action: &str,
    before: Option<&E>,
    after: Option<&E>,
) -> Option<NewEntry> {
    let entity = after.or(before)?;
    Some(NewEntry::of(at, account_id, action, entity, before.map(fields), after.map(fields)))
}

impl NewEntry {
    fn of<E: Entity>(
        at: Time,
        account_id: Option<i64>,
        action: &str,
        entity: &E,
        before: Option<Map<String, Value>>,
        after: Option<Map<String, Value>>,
    ) -> NewEntry {
        let none = Map::new();
        NewEntry {
            at,
            account_id,
            action: action.to_owned(),
            entity: E::NAME,
            entity_id: entity.id().number,
            before: before.as_ref().map(|old| changed(old, after.as_ref().unwrap_or(&none))),
            after: after.as_ref().map(|new| changed(new, before.as_ref().unwrap_or(&none))),
        }
    }
}

fn fields<E: Serialize>(row: &E) -> Map<String, Value> {
    match serde_json::to_value(row) {
        Ok(Value::Object(fields)) => fields,
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
