//! Resident (居民): somebody in the household register (户籍) of a grid, whether or not a customer of the bank.
//!
//! Table `residents`, once for each id number. 户号 is the number of the household, 户别 what kind of household it is,
//! 户主 its head. Sex and birthday are what the id number says. One that is deleted (status 0) stays: it is found by id
//! and by id number, so that it can be made normal again, and listed only where that is asked for.

pub mod fields;
pub mod import;
pub mod root;
pub mod sql;

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::root::{ResidentMutation, ResidentQuery};
use crate::{
    auth::{Area, Viewer},
    codes,
    db::{
        Day, Id, Time, Where,
        sql::begins,
        tables::{grids, residents},
    },
    domains::credit::{Grid, scope::Scope},
    entity,
    error::{AppError, AppResult},
    graphql::{
        entity::Visible,
        id_number::{IdNumber, Sex},
        input::{self, id_number_key, phone_key, refuse},
    },
    payload,
};

codes! {
    /// What kind of household somebody is registered in (legacy householdType)
    pub enum HouseholdKind {
        /// Family (legacy 居民家庭户)
        Family = 1 "居民家庭户",
        /// Collective, like a company's dormitory (legacy 居民集体户)
        Collective = 2 "居民集体户",
    }
}

/// Somebody in the household register of a grid
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, SimpleObject, Serialize)]
#[diesel(table_name = residents, treat_none_as_null = true, treat_none_as_default_value = false)]
#[graphql(complex)]
pub struct Resident {
    /// Opaque global id (legacy residentId)
    #[diesel(skip_insertion)]
    pub id: Id<Resident>,
    /// Grid that the household belongs to
    pub grid_id: Id<Grid>,
    /// Name (legacy residentName)
    pub name: String,
    /// Sex
    pub sex: Sex,
    /// Ethnic group (legacy nation, 民族)
    pub ethnicity: String,
    /// Birthday (legacy birthdate)
    pub birthday: Day,
    #[graphql(skip)]
    pub id_number: String,
    /// Address in the register
    pub address: String,
    /// Kind of the household (legacy householdType, 户别)
    pub household_kind: HouseholdKind,
    /// What he is to the head of the household (legacy relationship, 与户主关系)
    pub relation_to_head: String,
    /// Number of the household, up to 20 digits (legacy householdId, 户号)
    pub household_number: String,
    /// Mobile number of 11 digits (legacy contact)
    pub phone: Option<String>,
    /// Whether he is taken into the lists of names (legacy isInList, 是否纳入名单库)
    pub is_listed: bool,
    /// Remark
    pub remark: Option<String>,
    /// Whether he is in the register still (legacy status: 0 deleted, 1 normal)
    pub is_active: bool,
    /// When he was entered
    pub created_at: Time,
    /// When he was last changed
    pub updated_at: Time,
}

/// Which residents
#[derive(Clone, Debug, InputObject)]
pub struct ResidentFilter {
    /// Whose name begins with this text
    name: Option<String>,
    /// With exactly this id number
    id_number: Option<String>,
    /// Of the household with exactly this number
    household_number: Option<String>,
    /// With this phone number
    phone: Option<String>,
    /// Of this grid
    grid_id: Option<Id<Grid>>,
    /// Of the grid with this code
    grid_code: Option<String>,
    /// Those in the register still, or the deleted ones; both where null
    #[graphql(default_with = "Some(true)")]
    is_active: Option<bool>,
}

impl Default for ResidentFilter {
    fn default() -> Self {
        ResidentFilter {
            name: None,
            id_number: None,
            household_number: None,
            phone: None,
            grid_id: None,
            grid_code: None,
            is_active: Some(true),
        }
    }
}

/// A new resident
#[derive(Clone, Debug, InputObject)]
pub struct ResidentCreateInput {
    /// Grid that the household belongs to, or
    grid_id: Option<Id<Grid>>,
    /// its code
    grid_code: Option<String>,
    /// Name, 2-20 characters
    name: String,
    /// Valid id number of 18 characters, unique
    id_number: String,
    /// Sex; may be left out, and must be what the id number says
    sex: Option<Sex>,
    /// Birthday; may be left out, and must be what the id number says
    birthday: Option<Day>,
    /// Ethnic group, 1-5 characters
    ethnicity: String,
    /// Address in the register, 100 characters at the most
    address: String,
    /// Kind of the household
    household_kind: HouseholdKind,
    /// What he is to the head of the household, 10 characters at the most
    relation_to_head: String,
    /// Number of the household, up to 20 digits
    household_number: String,
    /// Mobile number of 11 digits
    phone: Option<String>,
    /// Whether he is taken into the lists of names
    is_listed: bool,
    /// Remark, 100 characters at the most
    remark: Option<String>,
    /// Whether he is in the register
    #[graphql(default = true)]
    is_active: bool,
}

/// Changes of a resident; what is left out stays
#[derive(Clone, Debug, Default, InputObject)]
pub struct ResidentUpdateInput {
    /// Grid that the household belongs to, or
    grid_id: Option<Id<Grid>>,
    /// its code
    grid_code: Option<String>,
    /// Name, 2-20 characters
    name: Option<String>,
    /// Valid id number of 18 characters, unique; sex and birthday follow from it
    id_number: Option<String>,
    /// Sex; must be what the id number says
    sex: Option<Sex>,
    /// Birthday; must be what the id number says
    birthday: Option<Day>,
    /// Ethnic group, 1-5 characters
    ethnicity: Option<String>,
    /// Address in the register, 100 characters at the most
    address: Option<String>,
    /// Kind of the household
    household_kind: Option<HouseholdKind>,
    /// What he is to the head of the household, 10 characters at the most
    relation_to_head: Option<String>,
    /// Number of the household, up to 20 digits
    household_number: Option<String>,
    /// Mobile number of 11 digits
    phone: MaybeUndefined<String>,
    /// Whether he is taken into the lists of names
    is_listed: Option<bool>,
    /// Remark, 100 characters at the most
    remark: MaybeUndefined<String>,
    /// Whether he is in the register: false deletes him, true makes him normal again
    is_active: Option<bool>,
}

payload! {
    /// The new resident
    ResidentCreatePayload { resident: Resident }
    /// The changed resident
    ResidentUpdatePayload { resident: Resident }
}

entity!(Resident, residents, asc);

impl Visible for Resident {
    type Table = residents::table;
    const AREA: Option<Area> = Some(Area::Residents);

    /// Whoever sees the grid
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Grid::seen(viewer, |grids| Where::default().and(residents::grid_id.eq_any(grids)))
    }
}

impl ResidentFilter {
    fn wanted(&self, scope: &Scope) -> Where<residents::table> {
        let narrowed = scope.is_narrow().then(|| Grid::numbers(scope.grids()));
        Where::default()
            .maybe(narrowed, |grids| residents::grid_id.eq_any(grids))
            .maybe(self.name.as_deref(), |name| begins(residents::name, name))
            .maybe(self.id_number.as_deref().map(id_number_key), |number| residents::id_number.eq(number))
            .maybe(self.household_number.clone(), |number| residents::household_number.eq(number))
            .maybe(self.phone.as_deref().map(phone_key), |phone| residents::phone.eq(phone))
            .maybe(self.grid_id, |grid| residents::grid_id.eq(grid))
            .maybe(self.grid_code.clone(), |code| {
                residents::grid_id.eq_any(grids::table.filter(grids::code.eq(code)).select(grids::id))
            })
            .maybe(self.is_active, |is_active| residents::is_active.eq(is_active))
    }
}

impl From<ResidentCreateInput> for ResidentUpdateInput {
    fn from(new: ResidentCreateInput) -> Self {
        ResidentUpdateInput {
            grid_id: new.grid_id,
            grid_code: new.grid_code,
            name: Some(new.name),
            id_number: Some(new.id_number),
            sex: new.sex,
            birthday: new.birthday,
            ethnicity: Some(new.ethnicity),
            address: Some(new.address),
            household_kind: Some(new.household_kind),
            relation_to_head: Some(new.relation_to_head),
            household_number: Some(new.household_number),
            phone: new.phone.map(Some).into(),
            is_listed: Some(new.is_listed),
            remark: new.remark.map(Some).into(),
            is_active: Some(new.is_active),
        }
    }
}

impl Resident {
    /// A row that every rule was kept for; what the input leaves out is blank
    fn new(grid: Id<Grid>, new: ResidentUpdateInput) -> AppResult<Resident> {
        let IdNumber { text, birthday, sex } =
            IdNumber::read("idNumber", new.id_number.as_deref().unwrap_or_default())?;
        let now = Time::now();
        let blank = Resident {
            id: Id::new(0),
            grid_id: grid,
            name: String::new(),
            sex,
            ethnicity: String::new(),
            birthday,
            id_number: text,
            address: String::new(),
            household_kind: HouseholdKind::Family,
            relation_to_head: String::new(),
            household_number: String::new(),
            phone: None,
            is_listed: false,
            remark: None,
            is_active: true,
            created_at: now,
            updated_at: now,
        };
        blank.changed(new)
    }

    /// The row with what the input gives; its grid is named by the caller
    fn changed(mut self, change: ResidentUpdateInput) -> AppResult<Resident> {
        if let Some(text) = &change.id_number {
            let IdNumber { text, birthday, sex } = IdNumber::read("idNumber", text)?;
            (self.id_number, self.birthday, self.sex) = (text, birthday, sex);
        }
        let otherwise = |field| Err::<Resident, AppError>(refuse(field, "The id number says otherwise"));
        if change.sex.is_some_and(|sex| sex != self.sex) {
            return otherwise("sex");
        }
        if change.birthday.is_some_and(|birthday| birthday != self.birthday) {
            return otherwise("birthday");
        }
        match change.phone {
            MaybeUndefined::Value(phone) => self.phone = Some(input::mobile("phone", &phone)?),
            phone => phone.update_to(&mut self.phone),
        }
        change.remark.update_to(&mut self.remark);
        let changed = Resident {
            name: change.name.unwrap_or(self.name),
            ethnicity: change.ethnicity.unwrap_or(self.ethnicity),
            address: change.address.unwrap_or(self.address),
            household_kind: change.household_kind.unwrap_or(self.household_kind),
            relation_to_head: change.relation_to_head.unwrap_or(self.relation_to_head),
            household_number: change.household_number.unwrap_or(self.household_number),
            is_listed: change.is_listed.unwrap_or(self.is_listed),
            is_active: change.is_active.unwrap_or(self.is_active),
            ..self
        };
        changed.check()?;
        Ok(changed)
    }

    fn check(&self) -> AppResult<()> {
        input::name("name", &self.name, 20)?;
        if self.name.chars().count() < 2 {
            return Err(refuse("name", "At least 2 characters"));
        }
        input::name("ethnicity", &self.ethnicity, 5)?;
        input::name("address", &self.address, 100)?;
        input::name("relationToHead", &self.relation_to_head, 10)?;
        input::digits("householdNumber", &self.household_number)?;
        input::texts([("remark", self.remark.as_ref(), 100)])
    }
}
