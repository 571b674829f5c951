//! Entry of one of the bank's lists of people: the white list (白名单) of those whom their neighbours vouch for, the grey
//! list (灰名单) of those to be watched, the black list (黑名单) of those who get no credit.
//!
//! Table `list_entries`. Nobody stands in two lists: an id number is there once, so whoever is in the black list must
//! leave it before he can enter another. The customer with the id number carries the tag of the list as long as he
//! stands in it; with that of the black list stands the reason. Each list is an area of its own.

pub mod fields;
pub mod import;
pub mod root;
pub mod sql;

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::root::{ListEntryMutation, ListEntryQuery};
use crate::{
    auth::{Area, Viewer},
    codes,
    db::{
        Id, Time, Where,
        sql::begins,
        tables::{grids, list_entries},
    },
    domains::credit::Grid,
    entity,
    error::AppResult,
    graphql::{
        entity::Visible,
        id_number::IdNumber,
        input::{self, id_number_key, phone_key, refuse},
    },
    payload,
};

codes! {
    /// List of people; the code is the number of its tag too
    pub enum ListKind {
        /// Those who get no credit (legacy 黑名单)
        Black = 1 "黑名单",
        /// Those whom their neighbours vouch for (legacy 白名单)
        White = 2 "白名单",
        /// Those to be watched (legacy 灰名单)
        Grey = 3 "灰名单",
    }
}

codes! {
    /// Why somebody is watched or gets no credit (legacy 待观察原因)
    pub enum WatchReason {
        /// Idles about (legacy 1)
        Idle = 1 "游手好闲",
        /// Owes much (legacy 2)
        Indebted = 2 "欠债较多",
        /// Poor, or on the minimum living allowance (legacy 3)
        Poor = 3 "贫困、低保户",
        /// Old and without family, kept by the village (legacy 4)
        FiveGuarantees = 4 "五保户",
        /// Sued over a loan (legacy 5)
        Sued = 5 "贷款被诉讼",
        /// In prison (legacy 6)
        InPrison = 6 "服刑",
        /// Away for long (legacy 7)
        LongAway = 7 "长期外出",
        /// Takes debts lightly (legacy 8)
        Careless = 8 "信用观念差",
        /// Gambles, takes drugs or lends at usury (legacy 9)
        Vice = 9 "赌博、吸毒、放高利贷",
        /// Lives alone, never married (legacy 10)
        Bachelor = 10 "光棍",
        /// Old (legacy 11)
        Old = 11 "年龄大",
        /// Ill or disabled (legacy 12)
        Ill = 12 "患病、残疾",
        /// Has a criminal record (legacy 13)
        Convicted = 13 "有前科",
        /// Has a bad loan, as a guarantor too (legacy 14)
        BadLoan = 14 "有不良贷款（含担保、挂息）",
        /// Getting divorced (legacy 15)
        Divorce = 15 "婚变",
        /// The family quarrels (legacy 16)
        Quarrels = 16 "家庭不和睦",
        /// Hardly ever at home (legacy 17)
        NeverHome = 17 "常年不回家",
        /// Has died (legacy 18)
        Dead = 18 "去世人员",
        /// Something else (legacy 19)
        Other = 19 "其他",
    }
}

impl ListKind {
    pub const ALL: [ListKind; 3] = [ListKind::Black, ListKind::White, ListKind::Grey];

    /// Whether the tag with this number follows from a list: nobody puts it on or takes it off by hand
    pub fn is_tag(number: i64) -> bool {
        i32::try_from(number).ok().and_then(ListKind::from_code).is_some()
    }

    pub const fn area(self) -> Area {
        match self {
            ListKind::Black => Area::BlackList,
            ListKind::White => Area::WhiteList,
            ListKind::Grey => Area::GreyList,
        }
    }
}

/// Somebody in the white, the grey or the black list
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, SimpleObject, Serialize)]
#[diesel(table_name = list_entries, treat_none_as_null = true, treat_none_as_default_value = false)]
#[graphql(complex)]
pub struct ListEntry {
    /// Opaque global id
    #[diesel(skip_insertion)]
    pub id: Id<ListEntry>,
    /// List that he stands in
    pub kind: ListKind,
    /// Grid that he lives in
    pub grid_id: Id<Grid>,
    /// Name (legacy customerName)
    pub name: String,
    /// Id number of 18 characters
    pub id_number: String,
    /// Phone number, digits only (legacy phoneNumber)
    pub phone: Option<String>,
    /// Why he is watched or gets no credit: the number of a WatchReason (legacy 1 to 19), or a text; null in the white list
    pub reason: Option<String>,
    /// Remark
    pub comment: Option<String>,
    /// Address (legacy adress)
    pub address: Option<String>,
    /// When he was entered
    pub created_at: Time,
    /// When the entry was last changed or moved
    pub updated_at: Time,
}

/// Which entries of a list
#[derive(Clone, Debug, Default, InputObject)]
pub struct ListEntryFilter {
    /// Whose name begins with this text
    name: Option<String>,
    /// With exactly this id number
    id_number: Option<String>,
    /// Of this grid
    grid_id: Option<Id<Grid>>,
    /// Of the grid with this code
    grid_code: Option<String>,
}

/// A new entry of a list
#[derive(Clone, Debug, InputObject)]
pub struct ListEntryCreateInput {
    /// Grid that he lives in, or
    grid_id: Option<Id<Grid>>,
    /// its code
    grid_code: Option<String>,
    /// Name, 50 characters at the most
    name: String,
    /// Valid id number of 18 characters that stands in no list
    id_number: String,
    /// Phone number, 20 digits at the most
    phone: Option<String>,
    /// Why he is watched or gets no credit: the number of a WatchReason, or a text of 255 characters at the most; none in
    /// the white list
    reason: Option<String>,
    /// Remark, 255 characters at the most, in the white list 200
    comment: Option<String>,
    /// Address, 255 characters at the most, in the white list 200
    address: Option<String>,
}

/// Changes of an entry; what is left out stays
#[derive(Clone, Debug, Default, InputObject)]
pub struct ListEntryUpdateInput {
    /// Grid that he lives in, or
    grid_id: Option<Id<Grid>>,
    /// its code
    grid_code: Option<String>,
    /// Name, 50 characters at the most
    name: Option<String>,
    /// Valid id number of 18 characters that stands in no list
    id_number: Option<String>,
    /// Phone number, 20 digits at the most
    phone: MaybeUndefined<String>,
    /// Why he is watched or gets no credit: the number of a WatchReason, or a text of 255 characters at the most; none in
    /// the white list
    reason: MaybeUndefined<String>,
    /// Remark, 255 characters at the most, in the white list 200
    comment: MaybeUndefined<String>,
    /// Address, 255 characters at the most, in the white list 200
    address: MaybeUndefined<String>,
}

payload! {
    /// The new entry
    ListEntryCreatePayload { list_entry: ListEntry }
    /// The changed entry
    ListEntryUpdatePayload { list_entry: ListEntry }
    /// The entry in its other list
    ListEntryMovePayload { list_entry: ListEntry }
    /// The deleted entry
    ListEntryDeletePayload { list_entry: ListEntry }
}

entity!(ListEntry, list_entries, asc);

impl Visible for ListEntry {
    type Table = list_entries::table;

    /// Whoever sees the grid, of the lists that his roles open: nothing else names an entry
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        let open: Vec<_> = ListKind::ALL.into_iter().filter(|kind| viewer.may(kind.area())).collect();
        let rule = Grid::seen(viewer, |grids| Where::default().and(list_entries::grid_id.eq_any(grids)));
        match open.len() {
            0 => Where::nothing(),
            3 => rule,
            _ => rule.and(list_entries::kind.eq_any(open)),
        }
    }
}

impl ListEntryFilter {
    fn wanted(&self, kind: ListKind) -> Where<list_entries::table> {
        Where::default()
            .and(list_entries::kind.eq(kind))
            .maybe(self.name.as_deref(), |name| begins(list_entries::name, name))
            .maybe(self.id_number.as_deref().map(id_number_key), |number| list_entries::id_number.eq(number))
            .maybe(self.grid_id, |grid| list_entries::grid_id.eq(grid))
            .maybe(self.grid_code.clone(), |code| {
                list_entries::grid_id.eq_any(grids::table.filter(grids::code.eq(code)).select(grids::id))
            })
    }
}

impl From<ListEntryCreateInput> for ListEntryUpdateInput {
    fn from(new: ListEntryCreateInput) -> Self {
        ListEntryUpdateInput {
            grid_id: new.grid_id,
            grid_code: new.grid_code,
            name: Some(new.name),
            id_number: Some(new.id_number),
            phone: new.phone.map(Some).into(),
            reason: new.reason.map(Some).into(),
            comment: new.comment.map(Some).into(),
            address: new.address.map(Some).into(),
        }
    }
}

impl ListEntry {
    /// A row that every rule was kept for; what the input leaves out is blank
    fn new(kind: ListKind, grid: Id<Grid>, new: ListEntryUpdateInput) -> AppResult<ListEntry> {
        let now = Time::now();
        let blank = ListEntry {
            id: Id::new(0),
            kind,
            grid_id: grid,
            name: String::new(),
            id_number: IdNumber::read("idNumber", new.id_number.as_deref().unwrap_or_default())?.text,
            phone: None,
            reason: None,
            comment: None,
            address: None,
            created_at: now,
            updated_at: now,
        };
        blank.changed(new)
    }

    /// The row with what the input gives; its grid is named by the caller
    fn changed(mut self, change: ListEntryUpdateInput) -> AppResult<ListEntry> {
        if let Some(text) = &change.id_number {
            self.id_number = IdNumber::read("idNumber", text)?.text;
        }
        if let Some(name) = change.name {
            self.name = name;
        }
        change.phone.map_value(|phone| phone_key(&phone)).update_to(&mut self.phone);
        change.reason.update_to(&mut self.reason);
        change.comment.update_to(&mut self.comment);
        change.address.update_to(&mut self.address);
        self.check()?;
        Ok(self)
    }

    fn check(&self) -> AppResult<()> {
        let most = if self.kind == ListKind::White { 200 } else { 255 };
        input::name("name", &self.name, 50)?;
        self.phone.as_ref().map_or(Ok(()), |phone| input::digits("phone", phone))?;
        if self.kind == ListKind::White && self.reason.is_some() {
            return Err(refuse("reason", "There is none in the white list"));
        }
        input::texts([
            ("reason", self.reason.as_ref(), 255),
            ("comment", self.comment.as_ref(), most),
            ("address", self.address.as_ref(), most),
        ])
    }
}
