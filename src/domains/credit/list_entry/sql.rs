//! What is read and written of the lists, and of the tags that follow from them.

use std::collections::HashSet;

use diesel::prelude::*;

use super::{ListEntry, ListKind};
use crate::{
    auth::Viewer,
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        sql::{Alike, Many},
        tables::{bank_customers, customer_tags, list_entries},
    },
    domains::customers::BankCustomer,
    error::{AppError, AppResult},
    graphql::{Entity, Link, Relation, codes::Coded as _, entity::Visible, input::id_number_key},
};

impl ListEntry {
    pub const OF_GRID: Relation<ListEntry> =
        Relation { column: list_entries::grid_id::NAME, parent: |entry| Some(entry.grid_id.number) };

    pub const CUSTOMER: Link<BankCustomer> =
        Link::new("list_entries_customers", |ids| Alike::pairs("list_entries", "bank_customers", "id_number", ids));

    pub const OF_CUSTOMER: Link<ListEntry> =
        Link::new("customers_list_entries", |ids| Alike::pairs("bank_customers", "list_entries", "id_number", ids));

    /// The entry with this id of this list
    pub(super) async fn of_list(
        conn: &mut Conn,
        viewer: &Viewer,
        kind: ListKind,
        id: Id<ListEntry>,
    ) -> AppResult<ListEntry> {
        match ListEntry::find(conn, viewer, id).await? {
            entry if entry.kind == kind => Ok(entry),
            _ => Err(AppError::not_found(ListEntry::NAME)),
        }
    }

    pub(super) async fn by_id_number(
        conn: &mut Conn,
        viewer: &Viewer,
        kind: ListKind,
        number: &str,
    ) -> AppResult<ListEntry> {
        let wanted = ListEntry::visible(viewer)
            .and(list_entries::id_number.eq(id_number_key(number)))
            .and(list_entries::kind.eq(kind));
        let found = ListEntry::fetch(conn, wanted, ListEntry::ORDER.first(1)).await?.into_iter().next();
        found.ok_or_else(|| AppError::not_found(ListEntry::NAME))
    }

    /// Refuses an id number that stands in a list; which list it is only whoever sees the entry is told. Of two who enter
    /// somebody at once the unique index refuses one.
    pub(super) async fn free(conn: &mut Conn, viewer: &Viewer, number: &str) -> AppResult<()> {
        let taken = || Where::default().and(list_entries::id_number.eq(number.to_owned()));
        if ListEntry::count(conn, taken()).await? == 0 {
            return Ok(());
        }
        let seen = ListEntry::fetch(conn, ListEntry::visible(viewer).both(taken()), ListEntry::ORDER.first(1)).await?;
        let label = seen.first().and_then(|entry| entry.kind.label());
        Err(AppError::conflict(format!(
            "The id number stands in a list already{}",
            match label {
                Some(label) => format!(": {label}"),
                None => String::new(),
            }
        )))
    }

    /// Those of the id numbers that stand in the black list, whoever may see it
    pub async fn black_listed(conn: &mut Conn, numbers: Vec<String>) -> QueryResult<HashSet<String>> {
        let black: Vec<String> = list_entries::table
            .filter(list_entries::id_number.eq_any(numbers))
            .filter(list_entries::kind.eq(ListKind::Black))
            .select(list_entries::id_number)
            .all(conn)
            .await?;
        Ok(black.into_iter().collect())
    }

    pub(super) async fn create(conn: &mut Conn, new: ListEntry) -> QueryResult<ListEntry> {
        let entry: ListEntry =
            diesel::insert_into(list_entries::table).values(new).returning(ListEntry::cols()).one(conn).await?;
        ListEntry::tag(conn, vec![entry.id_number.clone()]).await?;
        Ok(entry)
    }

    /// Those of the new ones whose id numbers stood in no list
    pub(super) async fn add(conn: &mut Conn, new: Vec<ListEntry>) -> QueryResult<Vec<ListEntry>> {
        if new.is_empty() {
            return Ok(new);
        }
        let added: Vec<ListEntry> = diesel::insert_into(list_entries::table)
            .values(Many(new))
            .on_conflict_do_nothing()
            .returning(ListEntry::cols())
            .all(conn)
            .await?;
        ListEntry::tag(conn, added.iter().map(|entry| entry.id_number.clone()).collect()).await?;
        Ok(added)
    }

    /// Writes the changed row, unless it has left its list meanwhile
    pub(super) async fn update(conn: &mut Conn, before: &ListEntry, changed: ListEntry) -> AppResult<ListEntry> {
        let own = list_entries::table.filter(list_entries::id.eq(before.id));
        let entry: Option<ListEntry> = diesel::update(own.filter(list_entries::kind.eq(before.kind)))
            .set(ListEntry { updated_at: Time::now(), ..changed })
            .returning(ListEntry::cols())
            .opt(conn)
            .await?;
        let entry = entry.ok_or_else(|| AppError::conflict("Somebody else changed it meanwhile"))?;
        ListEntry::tag(conn, vec![before.id_number.clone(), entry.id_number.clone()]).await?;
        Ok(entry)
    }

    pub(super) async fn delete(conn: &mut Conn, entry: &ListEntry) -> AppResult<()> {
        let own = list_entries::table.filter(list_entries::id.eq(entry.id));
        let gone = diesel::delete(own.filter(list_entries::kind.eq(entry.kind))).run(conn).await?;
        if gone == 0 {
            return Err(AppError::conflict("Somebody else changed it meanwhile"));
        }
        ListEntry::tag(conn, vec![entry.id_number.clone()]).await?;
        Ok(())
    }

    /// Lets the customers with these id numbers carry the tag of the list that they stand in, and of no other list
    pub async fn tag(conn: &mut Conn, numbers: Vec<String>) -> QueryResult<()> {
        let customers = || bank_customers::table.filter(bank_customers::id_number.eq_any(numbers.clone()));
        let tags = ListKind::ALL.map(|kind| i64::from(kind.code())).to_vec();
        let worn =
            customer_tags::table.filter(customer_tags::customer_id.eq_any(customers().select(bank_customers::id)));
        diesel::delete(worn.filter(customer_tags::tag_id.eq_any(tags))).run(conn).await?;
        let entries = list_entries::table.on(list_entries::id_number.eq(bank_customers::id_number));
        let listed: Vec<(Id<BankCustomer>, ListKind, Option<String>)> = customers()
            .inner_join(entries)
            .select((bank_customers::id, list_entries::kind, list_entries::reason))
            .all(conn)
            .await?;
        if listed.is_empty() {
            return Ok(());
        }
        let now = Time::now();
        let row = |(customer, kind, reason): (Id<BankCustomer>, ListKind, Option<String>)| {
            (
                customer_tags::customer_id.eq(customer),
                customer_tags::tag_id.eq(i64::from(kind.code())),
                customer_tags::reason.eq(reason.filter(|_| kind == ListKind::Black)),
                customer_tags::created_at.eq(now),
                customer_tags::updated_at.eq(now),
            )
        };
        let rows = Many(listed.into_iter().map(row).collect());
        diesel::insert_into(customer_tags::table).values(rows).run(conn).await?;
        Ok(())
    }
}
