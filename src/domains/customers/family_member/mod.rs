//! Member of a customer's family (家庭成员), as the customer names him: whether or not he is a resident or a customer too.
//!
//! Table `family_members`, once for each customer and id number.

pub mod root;

use async_graphql::{ComplexObject, Context, InputObject, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::root::{FamilyMemberMutation, FamilyMemberQuery};
use super::{BankCustomer, bank_customer::IdKind};
use crate::{
    auth::{Area, Viewer},
    codes,
    db::{Cols as _, Conn, Day, Id, Run as _, Time, Where, sql::Alike, tables::family_members},
    entity,
    error::{AppError, AppResult},
    graphql::{
        ContextExt, Entity, Link, Relation,
        entity::Visible,
        id_number::{self, IdNumber},
        input::{self, id_number_key, refuse},
        scalars::Long,
    },
    payload,
};

codes! {
    /// What somebody is to a customer (legacy relationship)
    pub enum FamilyRelation {
        /// Grandfather (legacy 祖父)
        Grandfather = 1 "祖父",
        /// Grandmother (legacy 祖母)
        Grandmother = 2 "祖母",
        /// Father (legacy 父亲)
        Father = 3 "父亲",
        /// Mother (legacy 母亲)
        Mother = 4 "母亲",
        /// Husband or wife (legacy 配偶)
        Spouse = 5 "配偶",
        /// Son (legacy 儿子)
        Son = 6 "儿子",
        /// Daughter (legacy 女儿)
        Daughter = 7 "女儿",
        /// Grandson (legacy 孙子)
        Grandson = 8 "孙子",
        /// Granddaughter (legacy 孙女)
        Granddaughter = 9 "孙女",
        /// Brother or sister (legacy 兄弟姐妹)
        Sibling = 10 "兄弟姐妹",
    }
}

/// Member of a customer's family
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, SimpleObject, Serialize)]
#[diesel(table_name = family_members)]
#[graphql(complex)]
pub struct FamilyMember {
    /// Opaque global id (legacy memberId)
    #[diesel(skip_insertion)]
    pub id: Id<FamilyMember>,
    /// Customer whose family it is
    pub customer_id: Id<BankCustomer>,
    /// Name (legacy memberName)
    pub name: String,
    /// What he is to the customer (legacy relationship)
    pub relation: FamilyRelation,
    /// Ethnic group (legacy nation, 民族)
    pub ethnicity: String,
    /// Birthday
    pub birthday: Day,
    /// What the id number is of (legacy idType)
    pub id_kind: IdKind,
    #[graphql(skip)]
    pub id_number: String,
    /// Address that he lives at
    pub address: String,
    /// Whether he is the head of the household (legacy isHouseholdHead, 是否户主)
    pub is_household_head: bool,
    /// Mobile number of 11 digits (legacy contact)
    pub phone: String,
    /// What the village committee says of him (legacy remark, 村委会评价)
    pub remark: String,
    /// Status (legacy code, 1 normal)
    pub status: i32,
    /// When he was entered
    pub created_at: Time,
    /// When he was last changed
    pub updated_at: Time,
}

/// Which members of families
#[derive(Clone, Debug, Default, InputObject)]
pub struct FamilyMemberFilter {
    /// Of the family of this customer
    customer_id: Option<Id<BankCustomer>>,
    /// With exactly this id number
    id_number: Option<String>,
}

/// A new member of a customer's family
#[derive(Clone, Debug, InputObject)]
pub struct FamilyMemberCreateInput {
    /// Customer whose family it is
    customer_id: Id<BankCustomer>,
    /// Name, 20 characters at the most
    name: String,
    /// What he is to the customer
    relation: FamilyRelation,
    /// Ethnic group, 10 characters at the most
    ethnicity: String,
    /// Birthday; may be left out where the id number says it, and must be what that says
    birthday: Option<Day>,
    /// What the id number is of
    id_kind: IdKind,
    /// Id number, valid and of 18 characters; of a PERMANENT_RESIDENCE 15 to 18 letters and digits. Once for a customer
    id_number: String,
    /// Address that he lives at, 100 characters at the most
    address: String,
    /// Whether he is the head of the household
    is_household_head: bool,
    /// Mobile number of 11 digits
    phone: String,
    /// What the village committee says of him, 100 characters at the most
    #[graphql(default)]
    remark: String,
    /// Status
    #[graphql(default = 1)]
    status: i32,
}

/// Changes of a member of a customer's family; what is left out stays
#[derive(Clone, Debug, Default, InputObject)]
pub struct FamilyMemberUpdateInput {
    /// Customer whose family it is
    customer_id: Option<Id<BankCustomer>>,
    /// Name, 20 characters at the most
    name: Option<String>,
    /// What he is to the customer
    relation: Option<FamilyRelation>,
    /// Ethnic group, 10 characters at the most
    ethnicity: Option<String>,
    /// Birthday; must be what the id number says
    birthday: Option<Day>,
    /// What the id number is of
    id_kind: Option<IdKind>,
    /// Id number, valid and of 18 characters; of a PERMANENT_RESIDENCE 15 to 18 letters and digits. Once for a customer
    id_number: Option<String>,
    /// Address that he lives at, 100 characters at the most
    address: Option<String>,
    /// Whether he is the head of the household
    is_household_head: Option<bool>,
    /// Mobile number of 11 digits
    phone: Option<String>,
    /// What the village committee says of him, 100 characters at the most
    remark: Option<String>,
    /// Status
    status: Option<i32>,
}

payload! {
    /// The new member of the family
    FamilyMemberCreatePayload { family_member: FamilyMember }
    /// The changed member of the family
    FamilyMemberUpdatePayload { family_member: FamilyMember }
    /// The deleted member of the family
    FamilyMemberDeletePayload { family_member: FamilyMember }
}

entity!(FamilyMember, family_members, asc);

impl Visible for FamilyMember {
    type Table = family_members::table;
    const AREA: Option<Area> = Some(Area::FamilyMembers);

    /// Whoever sees the customer
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        BankCustomer::seen(viewer, |customers| Where::default().and(family_members::customer_id.eq_any(customers)))
    }
}

impl FamilyMemberFilter {
    fn wanted(&self) -> Where<family_members::table> {
        Where::default()
            .maybe(self.customer_id, |customer| family_members::customer_id.eq(customer))
            .maybe(self.id_number.as_deref().map(id_number_key), |number| family_members::id_number.eq(number))
    }
}

/// Most members of one customer's family
const MOST: i64 = 200;

impl FamilyMember {
    pub const OF_CUSTOMER: Relation<FamilyMember> =
        Relation { column: family_members::customer_id::NAME, parent: |member| Some(member.customer_id.number) };

    /// Those whose id number is the customer's
    pub const AS_MEMBER: Link<FamilyMember> =
        Link::new("customers_as_members", |ids| Alike::pairs("bank_customers", "family_members", "id_number", ids));

    const AS_CUSTOMER: Link<BankCustomer> =
        Link::new("members_as_customers", |ids| Alike::pairs("family_members", "bank_customers", "id_number", ids));

    /// The row as it is kept; a birthday that nobody named is the id number's
    fn checked(mut self, birthday: Option<Day>) -> AppResult<FamilyMember> {
        input::name("name", &self.name, 20)?;
        input::name("ethnicity", &self.ethnicity, 10)?;
        input::name("address", &self.address, 100)?;
        input::text("remark", &self.remark, 100)?;
        input::range("status", self.status.into(), 0, 99)?;
        self.phone = input::mobile("phone", &self.phone)?;
        self.id_number = match self.id_kind {
            IdKind::ResidentCard | IdKind::HongKongMacaoTaiwan => {
                let number = IdNumber::read("idNumber", &self.id_number)?;
                self.birthday = number.birthday;
                number.text
            }
            IdKind::PermanentResidence => {
                let number = id_number_key(&self.id_number);
                if !(15..=18).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                    return Err(refuse("idNumber", "Not an id number of 15 to 18 letters and digits"));
                }
                self.birthday = birthday.ok_or_else(|| refuse("birthday", "This kind of id number does not say it"))?;
                number
            }
        };
        match birthday.is_none_or(|birthday| birthday == self.birthday) {
            true => Ok(self),
            false => Err(refuse("birthday", "The id number says otherwise")),
        }
    }

    async fn create(conn: &mut Conn, new: FamilyMember) -> QueryResult<FamilyMember> {
        diesel::insert_into(family_members::table).values(new).returning(FamilyMember::cols()).one(conn).await
    }

    async fn update(conn: &mut Conn, changed: FamilyMember) -> QueryResult<FamilyMember> {
        diesel::update(family_members::table.filter(family_members::id.eq(changed.id)))
            .set(FamilyMember { updated_at: Time::now(), ..changed })
            .returning(FamilyMember::cols())
            .one(conn)
            .await
    }

    /// Refuses one more member than a family has
    async fn make_room(conn: &mut Conn, customer: Id<BankCustomer>) -> AppResult<()> {
        let family = Where::default().and(family_members::customer_id.eq(customer));
        match FamilyMember::count(conn, family).await? < MOST {
            true => Ok(()),
            false => Err(AppError::conflict(format!("A family has at most {MOST} members"))),
        }
    }
}

#[ComplexObject]
impl FamilyMember {
    /// Number of the row in its table (legacy memberId)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Id number; masked for whoever may not work with members of families
    pub async fn id_number(&self, ctx: &Context<'_>) -> AppResult<String> {
        id_number::shown(ctx, Area::FamilyMembers, &self.id_number)
    }

    /// Customer whose family it is
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        ctx.load(self.customer_id).await
    }

    /// The member himself as a customer of the bank, by id number, as far as the viewer may see him
    pub async fn as_customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        Ok(ctx.linked(FamilyMember::AS_CUSTOMER, self.id.number).await?.into_iter().next())
    }
}
