//! Demo data of the bank's credit business: 12 products, 182 grids over the tree of branches with review groups, maps
//! and pictures, 80 advisers.
//!
//! Grid 1 is the one that the documented examples name, HM2018111909; the login `manager` (employee 2) manages it.

use diesel::prelude::*;
use object_store::{ObjectStoreExt as _, PutPayload, path::Path};
use rand::RngExt as _;

use super::Demo;
use crate::{
    app::App,
    auth::bank::CUSTOMER_MANAGER,
    db::{
        Conn, Rate, Run as _,
        sql::Many,
        tables::{
            advisers, bank_products, bank_staff, bank_staff_roles, branches, grid_maps, grid_pictures, grid_reviewers,
            grids,
        },
    },
    domains::credit::{bank_product::BalanceKind, grid::GridKind, grid_reviewer::ReviewerKind},
    error::{AppError, AppResult},
};

/// Grids of each branch that has customers
const EACH: usize = 13;
/// Grids with a picture, the first ones
const PICTURES: i64 = 20;
const ADVISERS: usize = 80;

/// Name, rate in 1/10000 of a per cent, whether it is offered
const PRODUCTS: &[(&str, i64, bool)] = &[
    ("活期存款", 3_500, true),
    ("一年定期存款", 17_500, true),
    ("三年定期存款", 27_500, true),
    ("通知存款", 8_000, true),
    ("农户小额信用贷款", 58_500, true),
    ("农户联保贷款", 61_000, true),
    ("个人住房按揭贷款", 43_500, true),
    ("个人消费贷款", 65_000, true),
    ("个体工商户经营贷款", 55_000, true),
    ("惠农信用卡", 182_500, true),
    ("助学贷款", 43_000, false),
    ("汽车按揭贷款", 70_000, false),
];

/// The first products; the others are loans
const DEPOSITS: i64 = 4;

const KINDS: &[(GridKind, &str)] = &[
    (GridKind::Village, "村"),
    (GridKind::Village, "村"),
    (GridKind::Village, "村"),
    (GridKind::Neighbourhood, "社区"),
    (GridKind::Market, "农贸市场"),
    (GridKind::IndustrialPark, "工业园"),
    (GridKind::Company, "茶厂"),
    (GridKind::Institution, "中心小学"),
    (GridKind::Shops, "老街"),
];
const PLACES: &[&str] =
    &["柳树", "石桥", "荷塘", "沙湾", "竹林", "渡口", "枫树", "杏花", "梅岭", "古井", "长塘", "双溪"];
const DUTIES: &[&str] = &["村主任", "会计", "村民组长", "老党员", "妇女主任", "村民代表"];

/// A PNG of one pixel
pub const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\
    \xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

pub async fn fill(app: &App, conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    products(conn, demo).await?;
    let grids = grids(conn, demo).await?;
    reviewers(conn, demo, &grids).await?;
    maps(conn, demo, &grids).await?;
    pictures(app, conn, demo).await?;
    advisers(conn, demo).await
}

async fn products(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let mut rows = Vec::new();
    for (number, (name, rate, is_open)) in (1..).zip(PRODUCTS) {
        let since = demo.ago(365);
        rows.push((
            bank_products::id.eq(number),
            bank_products::code.eq(format!("BP{number:06}")),
            bank_products::name.eq(*name),
            bank_products::is_open.eq(*is_open),
            bank_products::rate.eq(Rate(*rate)),
            bank_products::balance_kind.eq(if number <= DEPOSITS { BalanceKind::Deposit } else { BalanceKind::Loan }),
            bank_products::description.eq(format!("{name}，利率以签约时公布的为准")),
            bank_products::created_at.eq(since),
            bank_products::updated_at.eq(since),
        ));
    }
    diesel::insert_into(bank_products::table).values(Many(rows)).run(conn).await?;
    Ok(conn.number_on("bank_products").await?)
}

/// Number and name of each grid
async fn grids(conn: &mut Conn, demo: &mut Demo) -> AppResult<Vec<(i64, String)>> {
    let managers: Vec<(i64, i64)> = bank_staff::table
        .inner_join(bank_staff_roles::table)
        .filter(bank_staff_roles::role_id.eq(CUSTOMER_MANAGER))
        .select((bank_staff::id, bank_staff::branch_id))
        .order(bank_staff::id)
        .all(conn)
        .await?;
    let places: Vec<(i64, String, String)> = branches::table
        .filter(branches::level.ge(1))
        .filter(branches::id.ne(2))
        .filter(branches::id.le(16))
        .select((branches::id, branches::code, branches::name))
        .order(branches::id)
        .all(conn)
        .await?;
    let mut named = Vec::new();
    let mut rows = Vec::new();
    for (branch, code, at) in &places {
        let own: Vec<i64> = managers.iter().filter(|(_, of)| of == branch).map(|(staff, _)| *staff).collect();
        for place in 0..EACH {
            let number = i64::try_from(rows.len() + 1).unwrap_or_default();
            let (kind, ending) = KINDS[place % KINDS.len()];
            // The first grid is the one that examples name; it belongs to the office of the login `manager`.
            let first = number == 1;
            let name = format!("{}{ending}", PLACES[(place + rows.len()) % PLACES.len()]);
            let manager = if first { Some(2) } else { own.get(place % own.len().max(1)).copied() };
            let since = demo.ago(365);
            named.push((number, name.clone()));
            rows.push((
                grids::id.eq(number),
                grids::code.eq(if first { "HM2018111909".into() } else { format!("HM{code}{:03}", place + 1) }),
                grids::name.eq(name.clone()),
                grids::branch_id.eq(if first { 6 } else { *branch }),
                grids::kind.eq(kind),
                grids::description.eq(format!("{at}管辖的{name}")),
                grids::manager_id.eq(manager),
                grids::assistant.eq(demo.person()),
                grids::supervisor.eq(demo.person()),
                grids::qr_code.eq(format!("/static/qr/grid-{number}.png")),
                grids::map_reference.eq(format!("map-{number}")),
                grids::created_at.eq(since),
                grids::updated_at.eq(since),
            ));
        }
    }
    diesel::insert_into(grids::table).values(Many(rows)).run(conn).await?;
    conn.number_on("grids").await?;
    Ok(named)
}

async fn reviewers(conn: &mut Conn, demo: &mut Demo, grids: &[(i64, String)]) -> AppResult<()> {
    let mut rows = Vec::new();
    for (grid, name) in grids {
        let mut known = std::collections::HashSet::new();
        for place in 0..demo.rng.random_range(3..=5) {
            let sex = demo.rng.random_range(1..=2);
            let id_number = demo.id_number(sex);
            if !known.insert(id_number.clone()) {
                continue;
            }
            let since = demo.ago(365);
            rows.push((
                grid_reviewers::grid_id.eq(*grid),
                grid_reviewers::name.eq(demo.person()),
                grid_reviewers::id_number.eq(id_number),
                grid_reviewers::duties.eq(*demo.pick(DUTIES)),
                grid_reviewers::description.eq("熟悉本网格住户"),
                grid_reviewers::address.eq(format!("{name}{}号", place + 1)),
                grid_reviewers::kind.eq(if place < 3 { ReviewerKind::Formal } else { ReviewerKind::Candidate }),
                grid_reviewers::created_at.eq(since),
                grid_reviewers::updated_at.eq(since),
            ));
        }
    }
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk = Many(rows.by_ref().take(500).collect());
        diesel::insert_into(grid_reviewers::table).values(chunk).run(conn).await?;
    }
    Ok(())
}

/// Outlines in a part of the sea where nobody lives; every tenth grid has none
async fn maps(conn: &mut Conn, demo: &mut Demo, grids: &[(i64, String)]) -> AppResult<()> {
    let mut rows = Vec::new();
    for (grid, name) in grids.iter().filter(|(grid, _)| grid % 10 != 0) {
        let (east, north) = (123_000 + grid % 20 * 20, 30_000 + grid / 20 * 20);
        let corners = [(0, 0), (15, 0), (15, 15), (0, 15)].map(|(x, y)| {
            let thousandths = |value: i64| format!("{}.{:03}", value / 1000, value % 1000);
            format!("[{},{}]", thousandths(east + x), thousandths(north + y))
        });
        let since = demo.ago(300);
        rows.push((
            grid_maps::grid_id.eq(*grid),
            grid_maps::name.eq(name.clone()),
            grid_maps::kind.eq("polygon"),
            grid_maps::grandparent.eq("1"),
            grid_maps::parent.eq(format!("1-{}", grid / 13 + 1)),
            grid_maps::coordinates.eq(format!("[{}]", corners.join(","))),
            grid_maps::created_at.eq(since),
            grid_maps::updated_at.eq(since),
        ));
    }
    diesel::insert_into(grid_maps::table).values(Many(rows)).run(conn).await?;
    Ok(())
}

async fn pictures(app: &App, conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let mut rows = Vec::new();
    for grid in 1..=PICTURES {
        let location = format!("grids/demo/{grid}");
        let bytes = PutPayload::from_static(PNG);
        app.files.put(&Path::from(&*location), bytes).await.map_err(AppError::internal)?;
        rows.push((
            grid_pictures::grid_id.eq(grid),
            grid_pictures::content_type.eq("image/png"),
            grid_pictures::size.eq(i64::try_from(PNG.len()).unwrap_or_default()),
            grid_pictures::location.eq(location),
            grid_pictures::created_at.eq(demo.ago(200)),
        ));
    }
    diesel::insert_into(grid_pictures::table).values(Many(rows)).run(conn).await?;
    Ok(())
}

async fn advisers(conn: &mut Conn, demo: &mut Demo) -> AppResult<()> {
    let mut rows = Vec::new();
    for place in 0..ADVISERS {
        let sex = demo.rng.random_range(1..=2);
        let since = demo.ago(365);
        rows.push((
            advisers::branch_id.eq(i64::try_from(3 + place % 14).unwrap_or(3)),
            advisers::name.eq(demo.person()),
            advisers::id_number.eq(demo.id_number(sex)),
            advisers::phone.eq(demo.mobile()),
            advisers::duty.eq(*demo.pick(DUTIES)),
            advisers::address.eq(format!("{}路{}号", demo.pick(PLACES), place + 1)),
            advisers::description.eq("了解当地信用状况"),
            advisers::standing.eq(if place % 4 == 3 { "2" } else { "1" }),
            advisers::kind.eq(if place % 2 == 0 { "评议员" } else { "金融顾问" }),
            advisers::created_at.eq(since),
            advisers::updated_at.eq(since),
        ));
    }
    diesel::insert_into(advisers::table).values(Many(rows)).run(conn).await?;
    Ok(())
}
