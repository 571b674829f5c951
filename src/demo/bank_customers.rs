//! Demo data of the bank's customers: 400 over the grids with their assets and tags, records of the poor ones, and drafts
//! of the login `manager` that belong to no grid yet.
//!
//! Requests in documents and tests name the first customers by their id numbers, [`FIRST`].

use diesel::prelude::*;
use rand::RngExt as _;

use super::Demo;
use crate::{
    db::{
        Conn, Day, Decimal, Id, Money, Run as _,
        sql::Many,
        tables::{bank_customers, bank_staff, branches, customer_assets, customer_tags, grids, poverty_records, tags},
    },
    domains::customers::{
        BankCustomer, CustomerAssets,
        bank_customer::{
            BankCustomerStatus, BorrowerKind, Education, Health, IdKind, MaritalStatus, Occupation, Politics,
        },
        industry::Industry,
        tag::{POOR, TagKind},
    },
    error::{AppError, AppResult},
    graphql::id_number::IdNumber,
};

/// Id numbers of the first customers: the first is poor, the fourth has told nothing of what he owns
pub const FIRST: &[&str] = &["539900198806120317", "539900197903040226", "539900199511200138", "539900196909080443"];
/// Customers of the first grid, which belongs to the login `manager`; the other grids have fewer
const OF_FIRST: usize = 40;
/// Grid where nobody is a customer as yet, so that it may be deleted
const EMPTY: i64 = 5;
/// Drafts without a grid
const DRAFTS: usize = 10;
/// How many are written at once
const CHUNK: usize = 200;

const TAGS: &[(&str, &str, TagKind)] = &[
    ("种植大户", "种植面积较大的农户", TagKind::Farming),
    ("小微企业主", "经营小微企业", TagKind::Company),
    ("惠农信用卡", "持有惠农信用卡", TagKind::Product),
    ("返乡创业", "返乡创业人员", TagKind::Portrait),
    ("五星客户", "综合评级五星", TagKind::Stars),
    ("老年客户", "六十岁以上", TagKind::Age),
    ("重点走访", "本季度重点走访", TagKind::Other),
    ("三星客户", "综合评级三星", TagKind::Stars),
];
const GROUPS: &[&str] = &["汉族", "汉族", "汉族", "彝族", "苗族", "土家族"];
const HOMES: &[&str] = &["贷款购房", "贷款建房", "租房", "自购房"];
const EMPLOYERS: &[&str] = &["云岭茶厂", "翠湖超市", "金沙农机合作社", "滨江物流部", "柳河小学", "自家农场"];
const STREETS: &[&str] = &["文明路", "解放路", "滨河路", "茶园路", "学府街"];
const BREEDS: &[&str] = &["茶叶", "柑橘", "水稻、生猪", "土鸡", "蔬菜", "肉牛"];

pub async fn fill(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let rows = customers(conn, demo).await?;
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(bank_customers::table).values(Many(chunk.to_vec())).run(conn).await?;
    }
    tag_all(conn, demo, &rows).await?;
    assets(conn, demo, &rows).await
}

async fn customers(conn: &mut Conn, demo: &mut Demo) -> AppResult<Vec<BankCustomer>> {
    let places: Vec<(i64, String, Option<i64>, String)> = grids::table
        .inner_join(branches::table)
        .select((grids::id, grids::name, grids::manager_id, branches::name))
        .order(grids::id)
        .all(conn)
        .await?;
    let names: Vec<(i64, String)> = bank_staff::table.select((bank_staff::id, bank_staff::name)).all(conn).await?;
    let mut rows = Vec::new();
    for (grid, place, manager, branch) in &places {
        let number = match *grid {
            1 => OF_FIRST,
            EMPTY => 0,
            _ => 2,
        };
        for _ in 0..number {
            let keeper = manager.unwrap_or(1);
            let name = names.iter().find(|(number, _)| *number == keeper).map(|(_, name)| name.clone());
            let mut row = customer(demo, rows.len())?;
            row.grid_id = Some(Id::new(*grid));
            row.keeper_id = Some(Id::new(keeper));
            row.registered_address = Some(format!("{place}{}号", rows.len() + 1));
            row.registering_branch = Some(branch.clone());
            (row.registrar, row.investigator) = (name.clone(), name);
            row.status = match rows.len() % 20 {
                0 => BankCustomerStatus::Normal,
                7 => BankCustomerStatus::Frozen,
                13 => BankCustomerStatus::Draft,
                _ => BankCustomerStatus::Normal,
            };
            rows.push(row);
        }
    }
    for _ in 0..DRAFTS {
        let mut row = customer(demo, rows.len())?;
        (row.keeper_id, row.status) = (Some(Id::new(2)), BankCustomerStatus::Draft);
        (row.phone, row.credit_number, row.occupation) = (None, None, None);
        rows.push(row);
    }
    Ok(rows)
}

/// Somebody whose id number nobody before him has
fn customer(demo: &mut Demo, place: usize) -> AppResult<BankCustomer> {
    let sex = demo.rng.random_range(1..=2);
    let any = unlike_the_others(&demo.id_number(sex), place);
    let text = FIRST.get(place).map_or(any, |first| (*first).to_owned());
    let number = IdNumber::parse(&text).ok_or_else(|| AppError::internal("a demo id number is wrong"))?;
    let is_farming = !place.is_multiple_of(3);
    let since = demo.ago(360);
    let choice = |choices: usize| place % choices + 1;
    Ok(BankCustomer {
        id: Id::new(0),
        grid_id: None,
        keeper_id: None,
        status: BankCustomerStatus::Normal,
        name: demo.person(),
        sex: number.sex,
        id_number: number.text,
        id_kind: Some(IdKind::ResidentCard),
        birthday: Day(number.birthday.0),
        ethnicity: Some((*demo.pick(GROUPS)).to_owned()),
        nationality: Some("中国".to_owned()),
        native_place: Some("云岭翠湖".to_owned()),
        phone: Some(demo.mobile()),
        custodian: Some(demo.person()),
        household_number: Some(format!("5399{:08}", place / 2 + 1)),
        registered_address: None,
        residence_address: Some(format!("{}{}号", demo.pick(STREETS), place + 1)),
        postcode: Some("539900".to_owned()),
        estate_name: None,
        estate_address: None,
        marital_status: code(MaritalStatus::from_code, choice(4) - 1),
        education: code(Education::from_code, choice(8)),
        politics: code(Politics::from_code, choice(3)),
        living_situation: Some((*demo.pick(HOMES)).to_owned()),
        health: code(Health::from_code, if place.is_multiple_of(9) { 3 } else { 1 }),
        borrower_kind: Some(if is_farming { BorrowerKind::Farming } else { BorrowerKind::NonFarming }),
        is_shareholder: Some(place.is_multiple_of(11)),
        is_employee: Some(false),
        is_business_owner: Some(place.is_multiple_of(5)),
        is_farmer: Some(is_farming),
        has_town_house: Some(place.is_multiple_of(4)),
        credit_number: Some(format!("C{:010}", place + 1)),
        occupation: code(Occupation::from_code, choice(8)),
        working_years: Some(demo.rng.random_range(1..35)),
        employer_name: Some((*demo.pick(EMPLOYERS)).to_owned()),
        employer_address: Some(format!("{}{}号", demo.pick(STREETS), place + 100)),
        investigator: None,
        second_investigator: Some(demo.person()),
        registrar: None,
        registering_branch: None,
        created_at: since,
        updated_at: since,
    })
}

fn code<E>(read: fn(i32) -> Option<E>, code: usize) -> Option<E> {
    i32::try_from(code).ok().and_then(read)
}

/// The region part of invented id numbers leaves room for a running number
fn unlike_the_others(number: &str, place: usize) -> String {
    let digits = format!("53{:04}{}", 9000 + place, &number[6..17]);
    let check = crate::graphql::id_number::check_digit(&digits);
    format!("{digits}{check}")
}

async fn tag_all(conn: &mut Conn, demo: &mut Demo, customers: &[BankCustomer]) -> AppResult<()> {
    let since = demo.ago(300);
    let row = |(name, description, kind): &(&str, &str, TagKind)| {
        (
            tags::name.eq((*name).to_owned()),
            tags::description.eq((*description).to_owned()),
            tags::kind.eq(*kind),
            tags::is_built_in.eq(false),
            tags::created_at.eq(since),
            tags::updated_at.eq(since),
        )
    };
    diesel::insert_into(tags::table).values(Many(TAGS.iter().map(row).collect())).run(conn).await?;
    let (mut carried, mut records) = (Vec::new(), Vec::new());
    for (place, number) in (0..customers.len()).zip(1_i64..) {
        let since = demo.ago(200);
        let mut tag = |tag: i64, reason: Option<&str>| {
            carried.push((
                customer_tags::customer_id.eq(number),
                customer_tags::tag_id.eq(tag),
                customer_tags::reason.eq(reason.map(str::to_owned)),
                customer_tags::created_at.eq(since),
                customer_tags::updated_at.eq(since),
            ));
        };
        tag(5 + number % 8, None);
        if place % 3 == 0 {
            tag(5 + (number + 3) % 8, Some("客户经理走访时补充"));
        }
        if place % 10 != 0 {
            continue;
        }
        tag(POOR, Some("建档立卡"));
        let text = |text: &str| Some(text.to_owned());
        records.push((
            poverty_records::customer_id.eq(number),
            poverty_records::person_code.eq(Some(format!("P{number:08}"))),
            poverty_records::person_count.eq(Some((place % 5 + 1).to_string())),
            poverty_records::student_status.eq(text("非在校生")),
            poverty_records::health.eq(text("健康")),
            poverty_records::labor_skills.eq(text("普通劳动力")),
            poverty_records::working_conditions.eq(text("县内务工")),
            poverty_records::working_months.eq(Some((place % 12).to_string())),
            poverty_records::critical_illness_insurance.eq(text("是")),
            poverty_records::poverty_status.eq(text(if place % 20 == 0 { "已脱贫" } else { "未脱贫" })),
            poverty_records::out_of_poverty_year.eq(text("2020")),
            poverty_records::attribute.eq(text("一般贫困户")),
            poverty_records::reason.eq(text("缺技术")),
            poverty_records::dangerous_building.eq(text("否")),
            poverty_records::safe_water.eq(text("是")),
            poverty_records::water_shortage.eq(text("否")),
            poverty_records::average_income.eq(Some((3_000 + place * 10).to_string())),
            poverty_records::phone.eq(Some(demo.mobile())),
            poverty_records::recorded_at.eq(text("2026-01-01")),
            poverty_records::created_at.eq(since),
            poverty_records::updated_at.eq(since),
        ));
    }
    for chunk in carried.chunks(CHUNK) {
        diesel::insert_into(customer_tags::table).values(Many(chunk.to_vec())).run(conn).await?;
    }
    diesel::insert_into(poverty_records::table).values(Many(records)).run(conn).await?;
    Ok(())
}

/// Three of four have told what they own
async fn assets(conn: &mut Conn, demo: &mut Demo, customers: &[BankCustomer]) -> AppResult<()> {
    let mut rows = Vec::new();
    for (place, number) in (0..customers.len()).zip(1_i64..).filter(|(place, _)| place % 4 != 3) {
        let customer = &customers[place];
        let mut count = |most: i32| demo.rng.random_range(0..=most);
        let (houses, cars, shops, machines) = (count(3), count(2), count(2), count(4));
        let (land, greenhouses, animals, earned) = (count(400), count(5), count(200), 20 + count(300));
        let yuan = |thousands: i32| Some(Money(i64::from(thousands) * 10_000_000));
        let since = demo.ago(300);
        rows.push(CustomerAssets {
            id: Id::new(0),
            customer_id: Id::new(number),
            industry: code(Industry::from_code, place % 20 + 1),
            occupation: customer.occupation,
            employer_name: customer.employer_name.clone(),
            employer_address: customer.employer_address.clone(),
            working_years: customer.working_years,
            houses: Some(houses),
            house_value: yuan(houses * 350),
            cars: Some(cars),
            car_value: yuan(cars * 90),
            yearly_income: yuan(earned),
            shops: Some(shops),
            shop_value: yuan(shops * 200),
            machines: Some(machines),
            machine_value: yuan(machines * 15),
            yearly_surplus: yuan(earned / 3),
            land_area: Some(Decimal(i64::from(land) * 500)),
            greenhouses: Some(greenhouses),
            breeds: Some((*demo.pick(BREEDS)).to_owned()),
            breed_count: Some(animals),
            business_income: yuan(earned / 2),
            other: None,
            business_licenses: customer.is_business_owner.filter(|owner| *owner).map(|_| format!("LIC{number:06}")),
            has_farm_income: customer.is_farmer,
            has_business_income: customer.is_business_owner,
            created_at: since,
            updated_at: since,
        });
    }
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(customer_assets::table).values(Many(chunk.to_vec())).run(conn).await?;
    }
    Ok(())
}
