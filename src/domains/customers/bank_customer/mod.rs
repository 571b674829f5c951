//! Customer of the bank (客户): entered as a draft (暂存), then normal (正常), frozen (冻结) and normal again.
//!
//! Table `bank_customers`. He belongs to a grid (网格), and who sees the grid sees him; a draft may name none as yet.
//! 管护人 or 监护人 is his custodian, 户号 the number of his household, 籍贯 the place that his family comes from, 借款人性质
//! whether he borrows as a farming household (农户), 调查人 who investigated him and 登记人 who registered him.

pub mod export;
pub mod fields;
pub mod from_resident;
pub mod import;
pub mod record;
pub mod root;
pub mod rules;
pub mod sql;
pub mod status;

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::root::{BankCustomerMutation, BankCustomerQuery};
use crate::{
    auth::{Area, Viewer},
    codes,
    db::{Day, Id, Time, Where, tables::bank_customers},
    domains::{credit::Grid, customers::Tag, identity::BankStaff},
    entity,
    graphql::{entity::Visible, id_number::Sex},
    payload,
};

codes! {
    /// What may be done with a customer of the bank (legacy status)
    pub enum BankCustomerStatus {
        /// Not complete yet (legacy 0 暂存)
        Draft = 0 "暂存",
        /// Normal (legacy 5 正常)
        Normal = 5 "正常",
        /// Frozen (legacy 6 冻结)
        Frozen = 6 "冻结",
    }
}

codes! {
    /// What an id number is of (legacy idType)
    pub enum IdKind {
        /// Identity card of a Chinese citizen (legacy 中国居民身份证)
        ResidentCard = 1 "中国居民身份证",
        /// Permanent residence card of a foreigner (legacy 外国人永久居留身份证)
        PermanentResidence = 2 "外国人永久居留身份证",
        /// Residence permit of somebody from Hong Kong, Macao or Taiwan (legacy 港澳台居民居住证)
        HongKongMacaoTaiwan = 3 "港澳台居民居住证",
    }
}

codes! {
    /// Whether somebody is married (legacy maritalStatus)
    pub enum MaritalStatus {
        /// Unmarried (legacy 0 未婚)
        Unmarried = 0 "未婚",
        /// Married (legacy 1 已婚)
        Married = 1 "已婚",
        /// Divorced (legacy 2 离异)
        Divorced = 2 "离异",
        /// Widowed (legacy 3 丧偶)
        Widowed = 3 "丧偶",
    }
}

codes! {
    /// Education (legacy educationLevel)
    pub enum Education {
        /// Junior high school or less (legacy 初中及以下)
        JuniorHigh = 1 "初中及以下",
        /// Vocational school (legacy 中专/技校)
        Vocational = 2 "中专/技校",
        /// High school (legacy 高中)
        High = 3 "高中",
        /// Junior college (legacy 大专)
        JuniorCollege = 4 "大专",
        /// Bachelor (legacy 本科)
        Bachelor = 5 "本科",
        /// Master (legacy 硕士)
        Master = 6 "硕士",
        /// Doctor or more (legacy 博士及以上)
        Doctor = 7 "博士及以上",
        /// Not known (legacy 未知)
        Unknown = 8 "未知",
    }
}

codes! {
    /// Political status (legacy politicsStatus)
    pub enum Politics {
        /// In no organisation (legacy 群众)
        None = 1 "群众",
        /// Member of the Youth League (legacy 团员)
        YouthLeague = 2 "团员",
        /// Member of the Party (legacy 党员)
        Party = 3 "党员",
    }
}

codes! {
    /// State of somebody's health (legacy physicalCondition)
    pub enum Health {
        /// Healthy (legacy 健康)
        Healthy = 1 "健康",
        /// Not quite healthy (legacy 亚健康)
        Fair = 2 "亚健康",
        /// Ill (legacy 疾病)
        Ill = 3 "疾病",
    }
}

codes! {
    /// As what somebody borrows (legacy borrowerNature)
    pub enum BorrowerKind {
        /// Farming household (legacy 农户)
        Farming = 1 "农户",
        /// Not a farming household (legacy 非农户)
        NonFarming = 2 "非农户",
    }
}

codes! {
    /// What somebody works as (legacy career)
    pub enum Occupation {
        /// Head of an authority, an organisation, a company or an institution (legacy 1)
        Head = 1 "国家机关、党群组织、企业、事业单位负责人",
        /// Professional or technical (legacy 2)
        Professional = 2 "专业技术人员",
        /// Clerk (legacy 3)
        Clerk = 3 "办事人员和有关人员",
        /// Commerce or services (legacy 4)
        Services = 4 "商业、服务业人员",
        /// Farming, forestry, herding, fishing or water works (legacy 5)
        Farming = 5 "农、林、牧、渔、水利业生产人员",
        /// Production or transport (legacy 6)
        Production = 6 "生产、运输设备操作人员及有关人员",
        /// Soldier (legacy 7)
        Soldier = 7 "军人",
        /// Other (legacy 8)
        Other = 8 "其他从业人员",
    }
}

/// Customer of the bank
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, SimpleObject, Serialize)]
#[diesel(table_name = bank_customers, treat_none_as_null = true, treat_none_as_default_value = false)]
#[graphql(complex)]
pub struct BankCustomer {
    /// Opaque global id (legacy customerId)
    #[diesel(skip_insertion)]
    pub id: Id<BankCustomer>,
    /// Grid that the customer belongs to; null for a draft that names none
    pub grid_id: Option<Id<Grid>>,
    /// Employee who entered the customer
    pub keeper_id: Option<Id<BankStaff>>,
    /// What may be done with the customer
    pub status: BankCustomerStatus,
    /// Name, 2-20 characters (legacy customerName)
    pub name: String,
    /// Sex
    pub sex: Sex,
    #[graphql(skip)]
    pub id_number: String,
    /// What the id number is of
    pub id_kind: Option<IdKind>,
    /// Birthday
    pub birthday: Day,
    /// Ethnic group (legacy nation, 民族)
    pub ethnicity: Option<String>,
    /// Nationality
    pub nationality: Option<String>,
    /// Place that the family comes from, "四川成都"
    pub native_place: Option<String>,
    /// Mobile phone (legacy phoneNumber)
    pub phone: Option<String>,
    /// Custodian
    pub custodian: Option<String>,
    /// Number of the household (legacy householdId)
    pub household_number: Option<String>,
    /// Address in the household register (legacy nativeAddress)
    pub registered_address: Option<String>,
    /// Address that the customer lives at
    pub residence_address: Option<String>,
    /// Postcode
    pub postcode: Option<String>,
    /// Name of the housing estate (legacy cellName, 小区)
    pub estate_name: Option<String>,
    /// Address of the housing estate (legacy cellAddress)
    pub estate_address: Option<String>,
    /// Whether the customer is married
    pub marital_status: Option<MaritalStatus>,
    /// Education (legacy educationLevel)
    pub education: Option<Education>,
    /// Political status (legacy politicsStatus)
    pub politics: Option<Politics>,
    /// How the customer lives: 贷款购房 (bought on credit), 贷款建房 (built on credit), 租房 (rented) or in other words
    pub living_situation: Option<String>,
    /// State of health (legacy physicalCondition)
    pub health: Option<Health>,
    /// As what the customer borrows (legacy borrowerNature)
    pub borrower_kind: Option<BorrowerKind>,
    /// Whether the customer owns shares of the bank (legacy isStockholder)
    pub is_shareholder: Option<bool>,
    /// Whether the customer works for the bank (legacy isStaff)
    pub is_employee: Option<bool>,
    /// Whether the customer owns a business (legacy isOwner)
    pub is_business_owner: Option<bool>,
    /// Whether the customer is a farmer
    pub is_farmer: Option<bool>,
    /// Whether the customer bought a flat in the county town (legacy isBuyHouse)
    pub has_town_house: Option<bool>,
    /// Number in the credit system (legacy creditId)
    pub credit_number: Option<String>,
    /// What the customer works as (legacy career)
    pub occupation: Option<Occupation>,
    /// Years of work (legacy workYear)
    pub working_years: Option<i32>,
    /// Name of the employer (legacy companyName)
    pub employer_name: Option<String>,
    /// Address of the employer (legacy companyAddress)
    pub employer_address: Option<String>,
    /// Who investigated the customer (legacy investigator1)
    pub investigator: Option<String>,
    /// Who investigated the customer with him (legacy investigator2)
    pub second_investigator: Option<String>,
    /// Name of who registered the customer
    pub registrar: Option<String>,
    /// Branch that registered the customer (legacy registerOrg)
    pub registering_branch: Option<String>,
    /// When the customer was entered
    pub created_at: Time,
    /// When the customer was last changed
    pub updated_at: Time,
}

/// What is entered of a customer, or changed: what is left out stays as it is. A draft needs a name and an id number;
/// any other customer needs all but ethnicity, birthday, custodian, politics, nationality, postcode, hasTownHouse and
/// the housing estate
#[derive(Clone, Debug, Default, InputObject)]
pub struct BankCustomerInput {
    /// Grid that the customer belongs to, or
    grid_id: Option<Id<Grid>>,
    /// its code
    grid_code: Option<String>,
    /// Name, 2-20 characters
    name: Option<String>,
    /// Sex; what the id number says, which it must not contradict
    sex: Option<Sex>,
    /// Valid id number of 18 characters, unique
    id_number: Option<String>,
    /// Birthday; what the id number says, which it must not contradict
    birthday: Option<Day>,
    /// What the id number is of
    id_kind: MaybeUndefined<IdKind>,
    /// Ethnic group, 10 characters at the most
    ethnicity: MaybeUndefined<String>,
    /// Nationality, 20 characters at the most
    nationality: MaybeUndefined<String>,
    /// Place that the family comes from, "四川成都", 20 characters at the most
    native_place: MaybeUndefined<String>,
    /// Mobile phone of 11 digits
    phone: MaybeUndefined<String>,
    /// Custodian, 2-20 characters
    custodian: MaybeUndefined<String>,
    /// Number of the household, 20 characters at the most
    household_number: MaybeUndefined<String>,
    /// Address in the household register, 100 characters at the most
    registered_address: MaybeUndefined<String>,
    /// Address that the customer lives at, 100 characters at the most
    residence_address: MaybeUndefined<String>,
    /// Postcode, 6 characters at the most
    postcode: MaybeUndefined<String>,
    /// Name of the housing estate, 20 characters at the most
    estate_name: MaybeUndefined<String>,
    /// Address of the housing estate, 100 characters at the most
    estate_address: MaybeUndefined<String>,
    /// Whether the customer is married
    marital_status: MaybeUndefined<MaritalStatus>,
    /// Education
    education: MaybeUndefined<Education>,
    /// Political status
    politics: MaybeUndefined<Politics>,
    /// How the customer lives, 50 characters at the most
    living_situation: MaybeUndefined<String>,
    /// State of health
    health: MaybeUndefined<Health>,
    /// As what the customer borrows
    borrower_kind: MaybeUndefined<BorrowerKind>,
    /// Whether the customer owns shares of the bank
    is_shareholder: MaybeUndefined<bool>,
    /// Whether the customer works for the bank
    is_employee: MaybeUndefined<bool>,
    /// Whether the customer owns a business
    is_business_owner: MaybeUndefined<bool>,
    /// Whether the customer is a farmer
    is_farmer: MaybeUndefined<bool>,
    /// Whether the customer bought a flat in the county town
    has_town_house: MaybeUndefined<bool>,
    /// Number in the credit system, 20 characters at the most
    credit_number: MaybeUndefined<String>,
    /// What the customer works as
    occupation: MaybeUndefined<Occupation>,
    /// Years of work, 0 to 100
    working_years: MaybeUndefined<i32>,
    /// Name of the employer, 50 characters at the most
    employer_name: MaybeUndefined<String>,
    /// Address of the employer, 100 characters at the most
    employer_address: MaybeUndefined<String>,
    /// Who investigated the customer, 20 characters at the most; left out of a new customer: whoever enters him
    investigator: MaybeUndefined<String>,
    /// Who investigated the customer with him, 20 characters at the most
    second_investigator: MaybeUndefined<String>,
}

/// Which customers
#[derive(Clone, Debug, Default, InputObject)]
pub struct BankCustomerFilter {
    /// What may be done with them
    status: Option<BankCustomerStatus>,
    /// Of this grid
    grid_id: Option<Id<Grid>>,
    /// Of the grid with exactly this code
    grid_code: Option<String>,
    /// Whose name begins so
    name: Option<String>,
    /// With this mobile phone, however it is written
    phone: Option<String>,
    /// With exactly this id number
    id_number: Option<String>,
    /// Of the household with exactly this number
    household_number: Option<String>,
    /// Who carry this tag
    tag_id: Option<Id<Tag>>,
}

/// What a customer's status is to be
#[derive(Clone, Debug, InputObject)]
pub struct BankCustomerStatusInput {
    /// The customer
    id: Id<BankCustomer>,
    /// The new status
    status: BankCustomerStatus,
}

/// The customers with their new status, in the order of the input
#[derive(Clone, Debug, SimpleObject)]
pub struct BankCustomersStatusSetPayload {
    /// The customers with their new status, in the order of the input
    #[graphql(complexity = "crate::graphql::page::whole(child_complexity)")]
    pub bank_customers: Vec<BankCustomer>,
}

payload! {
    /// The new customer
    BankCustomerCreatePayload { bank_customer: BankCustomer }
    /// The changed customer
    BankCustomerUpdatePayload { bank_customer: BankCustomer }
    /// The deleted draft
    BankCustomerDraftDeletePayload { bank_customer: BankCustomer }
}

entity!(BankCustomer, bank_customers, updated_at desc);

impl Visible for BankCustomer {
    type Table = bank_customers::table;
    const AREA: Option<Area> = Some(Area::Customers);

    /// Those of the grids that he sees, and the drafts without a grid that he keeps
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Grid::seen(viewer, |grids| BankCustomer::placed(BankStaff::asking(viewer), grids))
    }
}
