//! The property realm: agents, projects, the packages that they call through, what calls came to, and customers.

use chrono::{Days, Duration};
use diesel::prelude::*;
use rand::RngExt as _;

use super::Demo;
use crate::{
    auth::Realm,
    db::{
        Cols as _, Conn, Day, Id, Run as _, Time,
        sql::Many,
        tables::{
            accounts, call_feedback, call_packages, estate_agents, estate_project_agents, estate_projects,
            package_phones, property_customers,
        },
    },
    domains::{
        customers::PropertyCustomer,
        engagement::{PackagePhone, package_phone::PhoneStatus},
        identity::NewAccount,
    },
    error::AppResult,
    graphql::input::phone_key,
};

/// Number of the row, number to sign in with, whether a manager. 1, 29 and 123 stand in the documented examples.
const AGENTS: &[(i64, &str, bool)] = &[
    (1, "00001", false),
    (2, "00100", true),
    (3, "00003", false),
    (4, "00004", false),
    (5, "00005", false),
    (6, "00012", false),
    (7, "00007", false),
    (8, "00008", false),
    (9, "00009", false),
    (29, "00006", false),
    (123, "00123", false),
];
/// An agent who left
const FROZEN: i64 = 9;
/// Agents who call for every current project
const EVERYWHERE: [i64; 4] = [1, 2, 29, 123];

/// Number of the row, name, first and last day from today on, whether deleted. 123 and 141 stand in the examples.
const PROJECTS: &[(i64, &str, i64, i64, bool)] = &[
    (123, "松竹苑", -120, 300, false),
    (141, "云海名邸", -60, 365, false),
    (142, "春江里", -30, 240, false),
    (143, "晴雪台", -20, 180, false),
    (144, "明湖雅居", -360, -90, false),
    (145, "思源广场", -300, -30, false),
    (146, "清平府", 20, 200, false),
    (147, "旧城南", -200, 100, true),
];
/// Number of the row, project, name, phone numbers. 123 and 467 stand in the examples.
const PACKAGES: &[(i64, i64, &str, usize)] = &[
    (467, 141, "VIP 客户", 60),
    (123, 123, "VIP 客户", 60),
    (124, 123, "老客户回访", 60),
    (125, 123, "网络报名", 50),
    (126, 141, "来访登记", 60),
    (127, 141, "老客户回访", 50),
    (128, 142, "VIP 客户", 60),
    (129, 142, "网络报名", 50),
    (130, 143, "来访登记", 60),
    (131, 144, "VIP 客户", 60),
    (132, 144, "老客户回访", 40),
    (133, 145, "网络报名", 60),
    (134, 146, "VIP 客户", 40),
    (135, 147, "来访登记", 20),
];
/// Phone numbers of package 123 that an agent has called: the one of the documented example, and one of agent 29's
const CALLED: &[(&str, i64)] = &[("13800000000", 1), ("19900009029", 29)];

const OUTCOMES: [&str; 2] = ["接受邀请", "继续跟进"];
const FOLLOW_UPS: &[&str] =
    &["周六到访看房", "关注小户型，月底再联系", "已约看样板间", "预算有限，等开盘价", "带家人再看一次"];

pub async fn fill(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    agents(conn, demo).await?;
    projects(conn, demo).await?;
    for package in PACKAGES {
        let phones = phones(conn, demo, package).await?;
        calls(conn, demo, package.1, &phones).await?;
    }
    Ok(())
}

async fn agents(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    for (id, number, is_manager) in AGENTS {
        let name = demo.person();
        let account = NewAccount {
            realm: Some(Realm::Estate),
            login: (*number).to_owned(),
            name: name.clone(),
            password_hash: demo.password.clone(),
            is_manager: *is_manager,
        };
        let account = demo.account(conn, account).await?;
        let row = (
            estate_agents::id.eq(*id),
            estate_agents::account_id.eq(account.id),
            estate_agents::number.eq(*number),
            estate_agents::name.eq(name),
            estate_agents::created_at.eq(demo.now),
            estate_agents::updated_at.eq(demo.now),
        );
        diesel::insert_into(estate_agents::table).values(row).run(conn).await?;
        if *id == FROZEN {
            let frozen = diesel::update(accounts::table.filter(accounts::id.eq(account.id)));
            frozen.set(accounts::is_frozen.eq(true)).run(conn).await?;
        }
    }
    Ok(conn.number_on("estate_agents").await?)
}

async fn projects(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    // In UTC: a day more or less does not matter to windows of months.
    let today = demo.now.0.date_naive();
    let day = |from_today: i64| {
        let days = Days::new(from_today.unsigned_abs());
        Day(if from_today < 0 { today - days } else { today + days })
    };
    let mut assigned = Vec::new();
    for (id, name, first, last, is_deleted) in PROJECTS {
        let row = (
            estate_projects::id.eq(*id),
            estate_projects::name.eq(*name),
            estate_projects::starts_on.eq(day(*first)),
            estate_projects::ends_on.eq(day(*last)),
            estate_projects::is_deleted.eq(*is_deleted),
            estate_projects::created_at.eq(demo.now),
            estate_projects::updated_at.eq(demo.now),
        );
        diesel::insert_into(estate_projects::table).values(row).run(conn).await?;
        for (agent, ..) in AGENTS {
            if EVERYWHERE.contains(agent) || demo.rng.random_bool(0.5) {
                assigned.push((estate_project_agents::project_id.eq(*id), estate_project_agents::agent_id.eq(*agent)));
            }
        }
    }
    diesel::insert_into(estate_project_agents::table).values(Many(assigned)).run(conn).await?;
    conn.number_on("estate_projects").await?;
    for (id, project, name, _) in PACKAGES {
        let row = (
            call_packages::id.eq(*id),
            call_packages::project_id.eq(*project),
            call_packages::name.eq(*name),
            call_packages::created_at.eq(demo.now),
            call_packages::updated_at.eq(demo.now),
        );
        diesel::insert_into(call_packages::table).values(row).run(conn).await?;
    }
    Ok(conn.number_on("call_packages").await?)
}

/// The numbers of a package; those of projects that have begun are called in part, those of past ones wholly
async fn phones(
    conn: &mut Conn,
    demo: &mut Demo,
    (package, project, _, wanted): &(i64, i64, &str, usize),
) -> AppResult<Vec<PackagePhone>> {
    let (first, last) =
        PROJECTS.iter().find(|(id, ..)| id == project).map_or((0, 0), |(_, _, first, last, _)| (*first, *last));
    let callers: Vec<i64> = estate_project_agents::table
        .filter(estate_project_agents::project_id.eq(*project))
        .select(estate_project_agents::agent_id)
        .all(conn)
        .await?;
    let mut rows = Vec::with_capacity(*wanted);
    let examples = if *package == 123 { CALLED } else { &[] };
    for place in 0..*wanted {
        let (phone, called_by) = match examples.get(place) {
            Some((phone, agent)) => ((*phone).to_owned(), Some(*agent)),
            None => (mobile(*package, place), None),
        };
        // The example of package 467 takes its first number, so that one is free.
        let called = called_by.is_some() || last < 0 || (first < 0 && place > 0 && place < *wanted * 2 / 3);
        let agent = called.then(|| called_by.unwrap_or(*demo.pick(&callers)));
        let recent = demo.rng.random_bool(0.3);
        let at = match last < 0 {
            // Within the window of a past project
            true => Time::from(demo.now.0 + Duration::days(demo.rng.random_range(first..last))),
            false => demo.ago(if recent { 7 } else { -first.min(-8) }),
        };
        rows.push((
            package_phones::package_id.eq(*package),
            package_phones::phone_key.eq(phone_key(&phone)),
            package_phones::phone.eq(phone),
            package_phones::owner_name.eq(demo.person()),
            package_phones::status.eq(if called { PhoneStatus::Called } else { PhoneStatus::Free }),
            package_phones::agent_id.eq(agent),
            package_phones::handed_out_at.eq(called.then_some(at)),
            package_phones::created_at.eq(demo.now),
            package_phones::updated_at.eq(demo.now),
        ));
    }
    if *package == 467 {
        // The documented answer of its first number.
        let example = (package_phones::id.eq(123), rows.remove(0));
        diesel::insert_into(package_phones::table).values(example).run(conn).await?;
        conn.number_on("package_phones").await?;
    }
    Ok(diesel::insert_into(package_phones::table).values(Many(rows)).returning(PackagePhone::cols()).all(conn).await?)
}

/// An invented number, like [`Demo::mobile`], that no other place of a package has
fn mobile(package: i64, place: usize) -> String {
    format!("1990000{:04}", (usize::try_from(package).unwrap_or_default() * 61 + place) % 10_000)
}

/// What the calls came to; who accepted is a customer mostly
async fn calls(conn: &mut Conn, demo: &mut Demo, project: i64, phones: &[PackagePhone]) -> AppResult<()> {
    let mut feedback = Vec::new();
    for phone in phones {
        let (Some(agent), Some(handed_out)) = (phone.agent_id, phone.handed_out_at) else { continue };
        let at = Time::from((handed_out.0 + Duration::minutes(5)).min(demo.now.0));
        let outcome = *demo.pick(&OUTCOMES);
        let customer = match outcome == OUTCOMES[0] && demo.rng.random_bool(0.8) {
            true => Some(customer(conn, demo, phone, agent.number, at).await?),
            false => None,
        };
        feedback.push((
            call_feedback::phone_id.eq(phone.id),
            call_feedback::package_id.eq(phone.package_id),
            call_feedback::project_id.eq(project),
            call_feedback::agent_id.eq(agent),
            call_feedback::customer_id.eq(customer),
            call_feedback::owner_name.eq(phone.owner_name.clone().unwrap_or_default()),
            call_feedback::outcome.eq(outcome),
            call_feedback::created_at.eq(at),
        ));
    }
    if !feedback.is_empty() {
        diesel::insert_into(call_feedback::table).values(Many(feedback)).run(conn).await?;
    }
    Ok(())
}

/// The agent's customer with this phone, whom an earlier package may have found already
async fn customer(
    conn: &mut Conn,
    demo: &mut Demo,
    phone: &PackagePhone,
    agent: i64,
    at: Time,
) -> AppResult<Id<PropertyCustomer>> {
    if let Some(known) = PropertyCustomer::of_agent_and_phone(conn, Id::new(agent), &phone.phone_key).await? {
        return Ok(known.id);
    }
    let row = (
        property_customers::agent_id.eq(agent),
        property_customers::name.eq(phone.owner_name.clone().unwrap_or_default()),
        property_customers::phone.eq(phone.phone.clone()),
        property_customers::phone_key.eq(phone.phone_key.clone()),
        property_customers::gender_code.eq(*demo.pick(&["U", "W", "M", "W", "M"])),
        property_customers::kind_code.eq(*demo.pick(&["01", "02", "03"])),
        property_customers::recommendation.eq(PROJECTS[demo.rng.random_range(0..4)].1),
        property_customers::follow_up.eq(*demo.pick(FOLLOW_UPS)),
        property_customers::created_at.eq(at),
        property_customers::updated_at.eq(at),
    );
    Ok(diesel::insert_into(property_customers::table)
        .values(row)
        .returning(property_customers::id)
        .one::<Id<PropertyCustomer>>(conn)
        .await?)
}
