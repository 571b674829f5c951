//! Demo data of the bank's households: some 400 residents of 120 households in the first 60 grids, a family for every
//! other household, and for each customer the others of his household as members of his family.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use rand::RngExt as _;

use super::Demo;
use crate::{
    db::{
        Cols as _, Conn, Run as _,
        sql::Many,
        tables::{bank_customers, families, family_members, grids, residents},
    },
    domains::customers::{
        bank_customer::IdKind, family_member::FamilyRelation, resident::HouseholdKind, resident::Resident,
    },
    error::AppResult,
    graphql::id_number::{IdNumber, Sex},
};

/// Grids with residents, the first ones
pub const GRIDS: i64 = 60;
/// Households of each
const EACH: i64 = 2;
/// What the others are to the head of the household, and their sex
const OTHERS: [(&str, i32); 4] = [("配偶", 2), ("儿子", 1), ("女儿", 2), ("母亲", 2)];

/// Number of a grid's household
pub fn household(grid: i64, place: i64) -> String {
    format!("5399{grid:05}{place:03}")
}

pub async fn fill(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let places: Vec<(i64, String, Option<i64>)> = grids::table
        .filter(grids::id.le(GRIDS))
        .select((grids::id, grids::name, grids::manager_id))
        .order(grids::id)
        .all(conn)
        .await?;
    let mut known = HashSet::new();
    let (mut people, mut homes) = (Vec::new(), Vec::new());
    for (grid, name, manager) in &places {
        for place in 1..=EACH {
            let (number, address) = (household(*grid, place), format!("{name}{place}号"));
            let others = demo.rng.random_range(1..=OTHERS.len());
            for (relation, sex) in [("户主", 1)].iter().chain(&OTHERS[..others]) {
                let id = loop {
                    let id = demo.id_number(*sex);
                    if known.insert(id.clone()) {
                        break id;
                    }
                };
                let Some(IdNumber { text, birthday, sex }) = IdNumber::parse(&id) else { continue };
                let since = demo.ago(365);
                people.push((
                    residents::grid_id.eq(*grid),
                    residents::name.eq(demo.person()),
                    residents::sex.eq(sex),
                    residents::ethnicity.eq("汉"),
                    residents::birthday.eq(birthday),
                    residents::id_number.eq(text),
                    residents::address.eq(address.clone()),
                    residents::household_kind.eq(HouseholdKind::Family),
                    residents::relation_to_head.eq(*relation),
                    residents::household_number.eq(number.clone()),
                    residents::phone.eq(demo.mobile()),
                    residents::is_listed.eq(demo.rng.random_bool(0.7)),
                    residents::remark.eq((*relation == "户主").then_some("在册")),
                    residents::is_active.eq(true),
                    residents::created_at.eq(since),
                    residents::updated_at.eq(since),
                ));
            }
            if let (1, Some(manager)) = (place, manager) {
                let since = demo.ago(300);
                homes.push((
                    families::household_number.eq(number),
                    families::manager_id.eq(*manager),
                    families::population.eq(i32::try_from(others).unwrap_or_default() + 1),
                    families::address.eq(address),
                    families::postcode.eq("539900"),
                    families::local_credit.eq(*demo.pick(&["良好", "一般", "优秀"])),
                    families::is_harmonious.eq(true),
                    families::social_evaluation.eq(*demo.pick(&["邻里和睦", "勤劳守信", "评价一般"])),
                    families::is_self_employed.eq(demo.rng.random_bool(0.3)),
                    families::owes_tax.eq(false),
                    families::production_capacity.eq(*demo.pick(&["强", "一般", "较弱"])),
                    families::production_scene.eq(*demo.pick(&["茶园", "果园", "大棚蔬菜", "外出务工"])),
                    families::insurances.eq(*demo.pick(&["医疗保险", "医疗保险,农业保险", "医疗保险,人寿保险,其他"])),
                    families::created_at.eq(since),
                    families::updated_at.eq(since),
                ));
            }
        }
    }
    diesel::insert_into(residents::table).values(Many(people)).run(conn).await?;
    diesel::insert_into(families::table).values(Many(homes)).run(conn).await?;
    Ok(())
}

/// After the customers: the others of each customer's household
pub async fn members(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let people: Vec<Resident> = residents::table.select(Resident::cols()).order(residents::id).all(conn).await?;
    let mut of_household: HashMap<&str, Vec<&Resident>> = HashMap::new();
    people.iter().for_each(|one| of_household.entry(&one.household_number).or_default().push(one));
    let customers: Vec<(i64, String, Option<String>)> = bank_customers::table
        .select((bank_customers::id, bank_customers::id_number, bank_customers::household_number))
        .order(bank_customers::id)
        .all(conn)
        .await?;
    let mut rows = Vec::new();
    for (customer, id_number, household) in &customers {
        let all = household.as_deref().and_then(|number| of_household.get(number)).map_or(&[][..], Vec::as_slice);
        let is_head = all.iter().any(|one| one.id_number == *id_number && one.relation_to_head == "户主");
        for other in all.iter().filter(|one| one.id_number != *id_number) {
            let relation = match (is_head, &*other.relation_to_head, other.sex) {
                (true, "配偶", _) => FamilyRelation::Spouse,
                (true, "儿子", _) => FamilyRelation::Son,
                (true, "女儿", _) => FamilyRelation::Daughter,
                (true, _, Sex::Female) => FamilyRelation::Mother,
                (false, "户主", _) => FamilyRelation::Father,
                (..) => FamilyRelation::Sibling,
            };
            let since = demo.ago(200);
            rows.push((
                family_members::customer_id.eq(*customer),
                family_members::name.eq(other.name.clone()),
                family_members::relation.eq(relation),
                family_members::ethnicity.eq(other.ethnicity.clone()),
                family_members::birthday.eq(other.birthday),
                family_members::id_kind.eq(IdKind::ResidentCard),
                family_members::id_number.eq(other.id_number.clone()),
                family_members::address.eq(other.address.clone()),
                family_members::is_household_head.eq(other.relation_to_head == "户主"),
                family_members::phone.eq(other.phone.clone().unwrap_or_default()),
                family_members::remark.eq("表现良好"),
                family_members::status.eq(1),
                family_members::created_at.eq(since),
                family_members::updated_at.eq(since),
            ));
        }
    }
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk = Many(rows.by_ref().take(500).collect());
        diesel::insert_into(family_members::table).values(chunk).run(conn).await?;
    }
    Ok(())
}
