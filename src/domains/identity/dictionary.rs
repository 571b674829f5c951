//! List of choices that bank staff maintain (字典组): its items are dictionary entries, which it owns.
//!
//! Table `dictionaries`; the server hands out the codes. The items stand in `dictionary_entries`, where `kind` is the
//! dictionary's code and `code` the item's number.

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::{AuditEntry, DictionaryEntry};
use crate::{
    auth::{Area, May, Realm, Viewer},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        sql::{Many, contains},
        tables::{dictionaries, dictionary_entries},
    },
    entity,
    error::{AppError, AppResult},
    graphql::{
        Connection, ContextExt, Entity, Page, PageInput, Relation,
        entity::Visible,
        input::{self, patch, refuse},
        page,
        scalars::Long,
    },
    payload,
};

/// List of choices that bank staff maintain
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = dictionaries)]
#[graphql(complex)]
pub struct Dictionary {
    /// Opaque global id
    pub id: Id<Dictionary>,
    /// Code, given by the server
    pub code: String,
    /// Name
    pub name: String,
    #[graphql(skip)]
    pub category: i64,
    /// Code of the dictionary above, as staff wrote it (legacy parentId)
    pub parent_code: Option<String>,
    /// Whether none of its items is to be chosen any more (legacy isenable: 0 no, 1 yes)
    pub is_disabled: bool,
    /// When it was entered (legacy creatAt)
    pub created_at: Time,
    /// When it was last changed (legacy updateAt)
    pub updated_at: Time,
}

/// Which dictionaries
#[derive(Clone, Debug, Default, InputObject)]
pub struct DictionaryFilter {
    /// With this text in the name
    name: Option<String>,
    /// With exactly this code
    code: Option<String>,
}

/// An item of a dictionary
#[derive(Clone, Debug, InputObject)]
pub struct DictionaryItemInput {
    /// Number of the item, from 1, once in the dictionary (legacy dictionaryKey)
    key: Long,
    /// What people read (legacy dictionaryValue)
    value: String,
    /// Description
    description: Option<String>,
    /// Whether it is not to be chosen any more (legacy isenable: 0 no, 1 yes)
    #[graphql(default)]
    is_disabled: bool,
    /// Code that the dictionary must have, for clients that repeat it in each item
    dictionary_code: Option<String>,
}

/// A new dictionary with its items
#[derive(Clone, Debug, InputObject)]
pub struct DictionaryCreateInput {
    /// Name
    name: String,
    /// Category, a number (legacy type; codes not documented)
    category: Long,
    /// Code of the dictionary above
    parent_code: Option<String>,
    /// Items, 1 to 200
    items: Vec<DictionaryItemInput>,
}

/// Changes of a dictionary; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct DictionaryUpdateInput {
    /// Name
    name: Option<String>,
    /// Category, a number (legacy type; codes not documented)
    category: Option<Long>,
    /// Code of the dictionary above
    parent_code: MaybeUndefined<String>,
    /// All its items, 1 to 200
    items: Option<Vec<DictionaryItemInput>>,
}

payload! {
    /// The new dictionary
    DictionaryCreatePayload { dictionary: Dictionary }
    /// The changed dictionary
    DictionaryUpdatePayload { dictionary: Dictionary }
    /// The deleted dictionary
    DictionaryDeletePayload { dictionary: Dictionary }
}

entity!(Dictionary, dictionaries, asc);

impl Visible for Dictionary {
    type Table = dictionaries::table;
    const AREA: Option<Area> = Some(Area::Dictionaries);

    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Bank))
    }
}

impl DictionaryFilter {
    fn wanted(&self) -> Where<dictionaries::table> {
        Where::default()
            .maybe(self.name.as_deref(), |name| contains(dictionaries::name, name))
            .maybe(self.code.clone(), |code| dictionaries::code.eq(code))
    }
}

/// Checks the items and puts them in the order of their numbers
fn ordered(mut items: Vec<DictionaryItemInput>, code: Option<&str>) -> AppResult<Vec<DictionaryItemInput>> {
    if !(1..=200).contains(&items.len()) {
        return Err(refuse("items", "1 to 200 items"));
    }
    for item in &items {
        input::range("items.key", item.key.0, 1, i64::MAX)?;
        input::name("items.value", &item.value, 255)?;
        input::texts([("items.description", item.description.as_ref(), 255)])?;
        if let (Some(named), Some(code)) = (item.dictionary_code.as_deref(), code)
            && named != code
        {
            return Err(refuse("items.dictionaryCode", "All items belong to one dictionary"));
        }
    }
    items.sort_by_key(|item| item.key.0);
    match items.is_sorted_by(|one, next| one.key.0 < next.key.0) {
        true => Ok(items),
        false => Err(refuse("items.key", "Each number once")),
    }
}

fn names(name: Option<&String>, parent: Option<&String>) -> AppResult<()> {
    name.map_or(Ok(()), |name| input::name("name", name, 100))?;
    input::texts([("parentCode", parent, 20)])
}

impl Dictionary {
    /// The dictionary that arguments name by id or code
    async fn asked(
        conn: &mut Conn,
        viewer: &Viewer,
        id: Option<Id<Dictionary>>,
        code: Option<&str>,
    ) -> AppResult<Dictionary> {
        let wanted = match (id, code) {
            (Some(id), None) => Dictionary::with_ids(vec![id]),
            (None, Some(code)) => Where::default().and(dictionaries::code.eq(code.to_owned())),
            _ => return Err(AppError::bad_input("code", "Give either id or code")),
        };
        let wanted = Dictionary::visible(viewer).both(wanted);
        let found = Dictionary::fetch(conn, wanted, Dictionary::ORDER.first(1)).await?.into_iter().next();
        found.ok_or_else(|| AppError::not_found(Dictionary::NAME))
    }

    async fn create(conn: &mut Conn, new: &DictionaryCreateInput, is_disabled: bool) -> QueryResult<Dictionary> {
        let now = Time::now();
        let row = (
            dictionaries::code.eq(format!("new {:032x}", rand::random::<u128>())),
            dictionaries::name.eq(new.name.clone()),
            dictionaries::category.eq(new.category.0),
            dictionaries::parent_code.eq(new.parent_code.clone()),
            dictionaries::is_disabled.eq(is_disabled),
            dictionaries::created_at.eq(now),
            dictionaries::updated_at.eq(now),
        );
        let id: i64 =
            diesel::insert_into(dictionaries::table).values(row).returning(dictionaries::id).one(conn).await?;
        diesel::update(dictionaries::table.filter(dictionaries::id.eq(id)))
            .set(dictionaries::code.eq(format!("D{id:05}")))
            .returning(Dictionary::cols())
            .one(conn)
            .await
    }

    async fn update(
        conn: &mut Conn,
        id: Id<Dictionary>,
        change: DictionaryUpdateInput,
        is_disabled: Option<bool>,
    ) -> QueryResult<Dictionary> {
        diesel::update(dictionaries::table.filter(dictionaries::id.eq(id)))
            .set((
                change.name.map(|value| dictionaries::name.eq(value)),
                change.category.map(|value| dictionaries::category.eq(value.0)),
                patch(change.parent_code).map(|value| dictionaries::parent_code.eq(value)),
                is_disabled.map(|value| dictionaries::is_disabled.eq(value)),
                dictionaries::updated_at.eq(Time::now()),
            ))
            .returning(Dictionary::cols())
            .one(conn)
            .await
    }

    /// Replaces its items
    async fn fill(&self, conn: &mut Conn, items: Vec<DictionaryItemInput>) -> QueryResult<()> {
        let own = dictionary_entries::dictionary_id.eq(self.id);
        diesel::delete(dictionary_entries::table.filter(own)).run(conn).await?;
        let row = |(place, item): (i32, DictionaryItemInput)| {
            (
                dictionary_entries::kind.eq(self.code.clone()),
                dictionary_entries::code.eq(item.key.0.to_string()),
                dictionary_entries::name.eq(item.value),
                dictionary_entries::position.eq(place),
                dictionary_entries::dictionary_id.eq(self.id),
                dictionary_entries::description.eq(item.description),
                dictionary_entries::is_disabled.eq(item.is_disabled),
            )
        };
        let rows = Many((0..).zip(items).map(row).collect());
        diesel::insert_into(dictionary_entries::table).values(rows).run(conn).await?;
        Ok(())
    }

    pub const ENTRIES: Relation<DictionaryEntry> = Relation {
        column: dictionary_entries::dictionary_id::NAME,
        parent: |entry| entry.dictionary_id.map(|dictionary| dictionary.number),
    };
}

#[ComplexObject]
impl Dictionary {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Category (legacy type; codes not documented)
    pub async fn category(&self) -> Long {
        Long(self.category)
    }

    /// Items by number, 200 at the most
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn entries(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<DictionaryEntry>> {
        ctx.children(Dictionary::ENTRIES, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }
}

#[derive(Default)]
pub struct DictionaryQuery;

#[Object]
impl DictionaryQuery {
    /// One dictionary, by id or code
    #[graphql(guard = "May(Area::Dictionaries)")]
    async fn dictionary(
        &self,
        ctx: &Context<'_>,
        id: Option<Id<Dictionary>>,
        #[graphql(desc = "Code of the dictionary, in place of its id")] code: Option<String>,
    ) -> AppResult<Option<Dictionary>> {
        let found = Dictionary::asked(&mut ctx.read().await?, ctx.viewer()?, id, code.as_deref()).await;
        input::found(found)
    }

    /// Dictionaries by number
    #[graphql(guard = "May(Area::Dictionaries)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn dictionaries(
        &self,
        ctx: &Context<'_>,
        filter: Option<DictionaryFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<Dictionary>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct DictionaryMutation;

#[Object]
impl DictionaryMutation {
    /// Enters a dictionary with its items; the server gives it its code
    #[graphql(guard = "May(Area::Dictionaries)")]
    async fn dictionary_create(
        &self,
        ctx: &Context<'_>,
        input: DictionaryCreateInput,
    ) -> AppResult<DictionaryCreatePayload> {
        names(Some(&input.name), input.parent_code.as_ref())?;
        let items = ordered(input.items.clone(), None)?;
        let mut tx = ctx.begin().await?;
        let is_disabled = items.iter().all(|item| item.is_disabled);
        let dictionary = Dictionary::create(&mut tx, &input, is_disabled).await?;
        dictionary.fill(&mut tx, items).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&dictionary)).await?;
        tx.commit().await?;
        Ok(DictionaryCreatePayload { dictionary })
    }

    /// Changes a dictionary, named by id or code; items that are given replace all that it had
    #[graphql(guard = "May(Area::Dictionaries)")]
    async fn dictionary_update(
        &self,
        ctx: &Context<'_>,
        id: Option<Id<Dictionary>>,
        #[graphql(desc = "Code of the dictionary, in place of its id")] code: Option<String>,
        input: DictionaryUpdateInput,
    ) -> AppResult<DictionaryUpdatePayload> {
        names(input.name.as_ref(), input.parent_code.value())?;
        let mut tx = ctx.begin().await?;
        let before = Dictionary::asked(&mut tx, ctx.viewer()?, id, code.as_deref()).await?;
        let items = input.items.clone().map(|items| ordered(items, Some(&before.code))).transpose()?;
        let is_disabled = items.as_ref().map(|items| items.iter().all(|item| item.is_disabled));
        let dictionary = Dictionary::update(&mut tx, before.id, input, is_disabled).await?;
        if let Some(items) = items {
            dictionary.fill(&mut tx, items).await?;
        }
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&dictionary)).await?;
        tx.commit().await?;
        Ok(DictionaryUpdatePayload { dictionary })
    }

    /// Deletes a dictionary, named by id or code, with its items
    #[graphql(guard = "May(Area::Dictionaries)")]
    async fn dictionary_delete(
        &self,
        ctx: &Context<'_>,
        id: Option<Id<Dictionary>>,
        #[graphql(desc = "Code of the dictionary, in place of its id")] code: Option<String>,
    ) -> AppResult<DictionaryDeletePayload> {
        let mut tx = ctx.begin().await?;
        let dictionary = Dictionary::asked(&mut tx, ctx.viewer()?, id, code.as_deref()).await?;
        diesel::delete(dictionaries::table.filter(dictionaries::id.eq(dictionary.id))).run(&mut tx).await?;
        AuditEntry::record(&mut tx, ctx, Some(&dictionary), None).await?;
        tx.commit().await?;
        Ok(DictionaryDeletePayload { dictionary })
    }
}
