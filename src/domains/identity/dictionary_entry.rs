//! One choice of a list that forms offer (字典): call outcomes (反馈类型), kinds of property customers (客户类型),
//! genders (性别).
//!
//! The lists of the realm BANK (字典组) are owned by a [`Dictionary`] each, which is where they are changed.
//!
//! Table `dictionary_entries`. Other tables keep the code of an entry, so a code and its kind never change; where an
//! entry was deleted, the code stays and the relation answers null.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject, dataloader::Loader};
use async_trait::async_trait;
use diesel::prelude::*;
use serde::Serialize;

use super::{AuditEntry, Dictionary};
use crate::{
    auth::{Administrator, Realm, Sight, Viewer},
    db::{Cols as _, Conn, Id, Run as _, Where, tables::dictionary_entries},
    entity,
    error::{AppError, AppResult},
    graphql::{
        Connection, ContextExt, Entity, Page, PageInput, context,
        entity::{Loads, Slice, Visible},
        input, page,
        scalars::Long,
    },
    payload,
};

/// Choice of a list that forms offer
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = dictionary_entries)]
#[graphql(complex)]
pub struct DictionaryEntry {
    /// Opaque global id
    pub id: Id<DictionaryEntry>,
    /// Which list: CALL_OUTCOME, PROPERTY_CUSTOMER_KIND, GENDER, or the code of a dictionary
    pub kind: String,
    /// Code within the list (legacy value, dictionaryKey)
    pub code: String,
    /// What people read (legacy name, item_name, dictionaryValue)
    pub name: String,
    /// Place in the list, from 0 (legacy index)
    pub position: i32,
    #[graphql(skip)]
    pub dictionary_id: Option<Id<Dictionary>>,
    /// Description
    pub description: Option<String>,
    /// Whether it is not to be chosen any more (legacy isenable: 0 no, 1 yes)
    pub is_disabled: bool,
}

/// A new entry
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = dictionary_entries)]
pub struct DictionaryEntryCreateInput {
    /// Which list: CALL_OUTCOME, PROPERTY_CUSTOMER_KIND, GENDER
    kind: String,
    /// Code, unique within the list
    code: String,
    /// What people read
    name: String,
    /// Place in the list, from 0
    position: i32,
}

/// Changes of an entry; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct DictionaryEntryUpdateInput {
    /// What people read
    name: Option<String>,
    /// Place in the list, from 0
    position: Option<i32>,
}

payload! {
    /// The new entry
    DictionaryEntryCreatePayload { dictionary_entry: DictionaryEntry }
    /// The changed entry
    DictionaryEntryUpdatePayload { dictionary_entry: DictionaryEntry }
    /// The deleted entry
    DictionaryEntryDeletePayload { dictionary_entry: DictionaryEntry }
}

entity!(DictionaryEntry, dictionary_entries, position asc);

impl Visible for DictionaryEntry {
    type Table = dictionary_entries::table;

    /// Forms need them before anybody has signed in; those of a dictionary are the bank's own
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.open(Realm::Bank) {
            Sight::Nothing => Where::default().and(dictionary_entries::dictionary_id.is_null()),
            _ => Where::default(),
        }
    }
}

impl DictionaryEntryCreateInput {
    fn check(&self) -> AppResult<()> {
        let constant = |letter: char| letter.is_ascii_uppercase() || letter == '_';
        if self.kind.is_empty() || self.kind.len() > input::NAME || !self.kind.chars().all(constant) {
            return Err(input::refuse("kind", "Capital letters and underscores only"));
        }
        input::name("code", &self.code, input::NAME)?;
        input::name("name", &self.name, input::NAME)?;
        input::range("position", self.position.into(), 0, i32::MAX.into())
    }
}

impl DictionaryEntryUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, input::NAME))?;
        self.position.map_or(Ok(()), |place| input::range("position", place.into(), 0, i32::MAX.into()))
    }
}

impl DictionaryEntry {
    pub const CALL_OUTCOME: &'static str = "CALL_OUTCOME";
    pub const PROPERTY_CUSTOMER_KIND: &'static str = "PROPERTY_CUSTOMER_KIND";
    pub const GENDER: &'static str = "GENDER";

    /// Refuses a code that the list does not hold
    pub async fn check_code(conn: &mut Conn, field: &str, kind: &'static str, code: &str) -> AppResult<()> {
        let known = dictionary_entries::table
            .filter(dictionary_entries::kind.eq(kind))
            .filter(dictionary_entries::code.eq(code.to_owned()))
            .select(dictionary_entries::id);
        match known.opt::<i64>(conn).await? {
            Some(_) => Ok(()),
            None => Err(input::refuse(field, format!("No code of the dictionary {kind}"))),
        }
    }

    /// Whether the list holds a name
    pub async fn has_name(conn: &mut Conn, kind: &'static str, name: &str) -> QueryResult<bool> {
        let known = dictionary_entries::table
            .filter(dictionary_entries::kind.eq(kind))
            .filter(dictionary_entries::name.eq(name.to_owned()))
            .select(dictionary_entries::id);
        Ok(known.opt::<i64>(conn).await?.is_some())
    }

    /// The entry of a code, one statement for all codes of a request
    pub async fn of_code(ctx: &Context<'_>, kind: &'static str, code: &str) -> AppResult<Option<DictionaryEntry>> {
        ctx.data_unchecked::<context::Loader>().load_one(OfCode { kind, code: code.to_owned() }).await
    }

    /// An entry that may be changed by itself
    async fn of_no_dictionary(conn: &mut Conn, viewer: &Viewer, id: Id<DictionaryEntry>) -> AppResult<DictionaryEntry> {
        let entry = DictionaryEntry::find(conn, viewer, id).await?;
        match entry.dictionary_id {
            Some(_) => Err(AppError::conflict("Its dictionary owns it: change that with dictionaryUpdate")),
            None => Ok(entry),
        }
    }

    async fn create(conn: &mut Conn, new: DictionaryEntryCreateInput) -> QueryResult<DictionaryEntry> {
        diesel::insert_into(dictionary_entries::table).values(new).returning(DictionaryEntry::cols()).one(conn).await
    }

    async fn update(
        conn: &mut Conn,
        before: DictionaryEntry,
        change: DictionaryEntryUpdateInput,
    ) -> QueryResult<DictionaryEntry> {
        diesel::update(dictionary_entries::table.filter(dictionary_entries::id.eq(before.id)))
            .set((
                dictionary_entries::name.eq(change.name.unwrap_or(before.name)),
                dictionary_entries::position.eq(change.position.unwrap_or(before.position)),
            ))
            .returning(DictionaryEntry::cols())
            .one(conn)
            .await
    }

    async fn delete(conn: &mut Conn, id: Id<DictionaryEntry>) -> QueryResult<usize> {
        diesel::delete(dictionary_entries::table.filter(dictionary_entries::id.eq(id))).run(conn).await
    }
}

/// Loader key: the entry with this code of a list
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OfCode {
    kind: &'static str,
    code: String,
}

#[async_trait]
impl Loader<OfCode> for Loads {
    type Value = DictionaryEntry;
    type Error = AppError;

    /// Every pairing of the asked kinds and codes in one statement: lists are short
    async fn load(&self, keys: &[OfCode]) -> AppResult<HashMap<OfCode, DictionaryEntry>> {
        let mut conn = self.db.read().await?;
        let rows: Vec<DictionaryEntry> = dictionary_entries::table
            .filter(dictionary_entries::kind.eq_any(keys.iter().map(|key| key.kind).collect::<Vec<_>>()))
            .filter(dictionary_entries::code.eq_any(keys.iter().map(|key| key.code.clone()).collect::<Vec<_>>()))
            .select(DictionaryEntry::cols())
            .all(&mut conn)
            .await?;
        let rows: HashMap<(String, String), DictionaryEntry> =
            rows.into_iter().map(|row| ((row.kind.clone(), row.code.clone()), row)).collect();
        let found = |key: &OfCode| Some((key.clone(), rows.get(&(key.kind.to_owned(), key.code.clone()))?.clone()));
        Ok(keys.iter().filter_map(found).collect())
    }
}

#[ComplexObject]
impl DictionaryEntry {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Dictionary that owns it, where one does
    pub async fn dictionary(&self, ctx: &Context<'_>) -> AppResult<Option<Dictionary>> {
        ctx.load_named(self.dictionary_id).await
    }
}

#[derive(Default)]
pub struct DictionaryEntryQuery;

#[Object]
impl DictionaryEntryQuery {
    /// One entry of a dictionary; for everybody
    async fn dictionary_entry(&self, ctx: &Context<'_>, id: Id<DictionaryEntry>) -> AppResult<Option<DictionaryEntry>> {
        ctx.load(id).await
    }

    /// Entries of one dictionary by position; for everybody
    #[graphql(complexity = "page::cost(first, last, page, child_complexity)")]
    async fn dictionary_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which list: CALL_OUTCOME, PROPERTY_CUSTOMER_KIND, GENDER")] kind: String,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<DictionaryEntry>> {
        let page = Page::new(ctx, first, after, last, before, page)?;
        let wanted = || Where::default().and(dictionary_entries::kind.eq(kind.clone()));
        // Not `ctx.list`: that one asks for a viewer, and here nobody may look too.
        let viewer = ctx.data_unchecked::<Arc<Viewer>>();
        Ok(Connection::new(Slice::load(&mut ctx.read().await?, viewer, &page, wanted).await?, &page))
    }
}

#[derive(Default)]
pub struct DictionaryEntryMutation;

#[Object]
impl DictionaryEntryMutation {
    /// Adds an entry to a dictionary; for administrators
    #[graphql(guard = "Administrator")]
    async fn dictionary_entry_create(
        &self,
        ctx: &Context<'_>,
        input: DictionaryEntryCreateInput,
    ) -> AppResult<DictionaryEntryCreatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let dictionary_entry = DictionaryEntry::create(&mut tx, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&dictionary_entry)).await?;
        tx.commit().await?;
        Ok(DictionaryEntryCreatePayload { dictionary_entry })
    }

    /// Renames or moves an entry of a dictionary; for administrators
    #[graphql(guard = "Administrator")]
    async fn dictionary_entry_update(
        &self,
        ctx: &Context<'_>,
        id: Id<DictionaryEntry>,
        input: DictionaryEntryUpdateInput,
    ) -> AppResult<DictionaryEntryUpdatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let before = DictionaryEntry::of_no_dictionary(&mut tx, ctx.viewer()?, id).await?;
        let dictionary_entry = DictionaryEntry::update(&mut tx, before.clone(), input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&dictionary_entry)).await?;
        tx.commit().await?;
        Ok(DictionaryEntryUpdatePayload { dictionary_entry })
    }

    /// Deletes an entry of a dictionary; rows that hold its code keep it. For administrators
    #[graphql(guard = "Administrator")]
    async fn dictionary_entry_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<DictionaryEntry>,
    ) -> AppResult<DictionaryEntryDeletePayload> {
        let mut tx = ctx.begin().await?;
        let dictionary_entry = DictionaryEntry::of_no_dictionary(&mut tx, ctx.viewer()?, id).await?;
        DictionaryEntry::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&dictionary_entry), None).await?;
        tx.commit().await?;
        Ok(DictionaryEntryDeletePayload { dictionary_entry })
    }
}
