//! Demo data of the bank's households: two customers each, their children and a family, of the first 200 customers, who
//! all are residents too; and for each of these customers the others of the household as members of his family.

use std::collections::BTreeMap;

use diesel::prelude::*;
use rand::RngExt as _;

use super::Demo;
use crate::{
    db::{
        Cols as _, Conn, Id, Run as _, Time,
        sql::Many,
        tables::{bank_customers, families, family_members, residents},
    },
    domains::customers::{
        BankCustomer, Family, FamilyMember, Resident, bank_customer::IdKind, family_member::FamilyRelation,
        resident::HouseholdKind,
    },
    error::{AppError, AppResult},
    graphql::id_number::{IdNumber, Sex},
};

/// Customers who live in the register
const CUSTOMERS: i64 = 200;
/// How many are written at once
const CHUNK: usize = 200;

/// After the customers
pub async fn fill(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let customers: Vec<BankCustomer> = bank_customers::table
        .filter(bank_customers::grid_id.is_not_null())
        .filter(bank_customers::id.le(CUSTOMERS))
        .select(BankCustomer::cols())
        .order(bank_customers::id)
        .all(conn)
        .await?;
    let mut households: BTreeMap<&str, Vec<&BankCustomer>> = BTreeMap::new();
    for customer in &customers {
        households.entry(customer.household_number.as_deref().unwrap_or_default()).or_default().push(customer);
    }
    let (mut people, mut homes, mut members) = (Vec::new(), Vec::new(), Vec::new());
    for (number, customers) in households {
        let Some(first) = customers.first() else { continue };
        let mut all: Vec<Resident> = Vec::new();
        for customer in &customers {
            let id = IdNumber::parse(&customer.id_number);
            let mut one = resident(demo, first, number, id)?;
            one.name.clone_from(&customer.name);
            one.relation_to_head = if all.is_empty() { "户主" } else { "配偶" }.to_owned();
            all.push(one);
        }
        for _ in 0..demo.rng.random_range(1..=3) {
            let sex = demo.rng.random_range(1..=2);
            let id = IdNumber::parse(&demo.id_number(sex));
            let mut child = resident(demo, first, number, id)?;
            // Nobody is in the register twice.
            if people.iter().chain(&all).any(|one: &Resident| one.id_number == child.id_number) {
                continue;
            }
            child.relation_to_head = if child.sex == Sex::Male { "儿子" } else { "女儿" }.to_owned();
            all.push(child);
        }
        for customer in &customers {
            let others = all.iter().filter(|one| one.id_number != customer.id_number);
            members.extend(others.map(|one| member(demo, customer, one)));
        }
        homes.push(family(demo, first, number, all.len()));
        people.append(&mut all);
    }
    for chunk in people.chunks(CHUNK) {
        diesel::insert_into(residents::table).values(Many(chunk.to_vec())).run(conn).await?;
    }
    for chunk in homes.chunks(CHUNK) {
        diesel::insert_into(families::table).values(Many(chunk.to_vec())).run(conn).await?;
    }
    for chunk in members.chunks(CHUNK) {
        diesel::insert_into(family_members::table).values(Many(chunk.to_vec())).run(conn).await?;
    }
    Ok(())
}

fn resident(demo: &mut Demo, like: &BankCustomer, number: &str, id: Option<IdNumber>) -> AppResult<Resident> {
    let IdNumber { text, birthday, sex } = id.ok_or_else(|| AppError::internal("a demo id number is wrong"))?;
    let since = demo.ago(365);
    Ok(Resident {
        id: Id::new(0),
        grid_id: like.grid_id.unwrap_or(Id::new(1)),
        name: demo.person(),
        sex,
        ethnicity: like.ethnicity.clone().unwrap_or_default(),
        birthday,
        id_number: text,
        address: like.registered_address.clone().unwrap_or_default(),
        household_kind: HouseholdKind::Family,
        relation_to_head: String::new(),
        household_number: number.to_owned(),
        phone: Some(demo.mobile()),
        is_listed: demo.rng.random_bool(0.7),
        remark: demo.rng.random_bool(0.3).then(|| "长期在家".to_owned()),
        is_active: true,
        created_at: since,
        updated_at: since,
    })
}

fn family(demo: &mut Demo, of: &BankCustomer, number: &str, population: usize) -> Family {
    let since = demo.ago(300);
    let text = |demo: &mut Demo, choices: &[&str]| (*demo.pick(choices)).to_owned();
    Family {
        id: Id::new(0),
        household_number: number.to_owned(),
        manager_id: of.keeper_id.unwrap_or(Id::new(1)),
        population: i32::try_from(population).unwrap_or_default(),
        address: of.registered_address.clone().unwrap_or_default(),
        postcode: "539900".to_owned(),
        local_credit: text(demo, &["良好", "一般", "优秀"]),
        is_harmonious: demo.rng.random_bool(0.9),
        social_evaluation: text(demo, &["邻里和睦", "勤劳守信", "评价一般"]),
        is_self_employed: demo.rng.random_bool(0.3),
        owes_tax: demo.rng.random_bool(0.05),
        production_capacity: text(demo, &["强", "一般", "较弱"]),
        production_scene: text(demo, &["茶园", "果园", "大棚蔬菜", "外出务工"]),
        insurances: text(demo, &["医疗保险", "医疗保险,农业保险", "医疗保险,人寿保险,其他"]),
        created_at: since,
        updated_at: since,
    }
}

fn member(demo: &mut Demo, of: &BankCustomer, one: &Resident) -> FamilyMember {
    let since: Time = demo.ago(200);
    FamilyMember {
        id: Id::new(0),
        customer_id: of.id,
        name: one.name.clone(),
        relation: match &*one.relation_to_head {
            "儿子" => FamilyRelation::Son,
            "女儿" => FamilyRelation::Daughter,
            _ => FamilyRelation::Spouse,
        },
        ethnicity: one.ethnicity.clone(),
        birthday: one.birthday,
        id_kind: IdKind::ResidentCard,
        id_number: one.id_number.clone(),
        address: one.address.clone(),
        is_household_head: one.relation_to_head == "户主",
        phone: one.phone.clone().unwrap_or_default(),
        remark: "表现良好".to_owned(),
        status: 1,
        created_at: since,
        updated_at: since,
    }
}
