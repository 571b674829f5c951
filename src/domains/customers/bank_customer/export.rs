//! The sheet of a grid's customers, or of all that the viewer sees: read in pages by number, written row by row into a
//! temporary file.

use std::collections::HashMap;

use diesel::prelude::*;
use serde_json::json;
use tokio::{fs::File, sync::Semaphore, task::spawn_blocking};

use super::BankCustomer;
use crate::{
    app::App,
    auth::{Area, Viewer},
    db::{
        Conn, Day, Id, Money, Run as _, Where,
        order::{Key, Order},
        tables::{bank_customers, customer_assets, grids},
    },
    domains::{
        credit::{Grid, scope::BankScopeInput},
        identity::{AuditEntry, BankStaff},
    },
    error::{AppError, AppResult},
    files::sheet::Writer,
    graphql::{Entity, codes::Coded, entity::Visible},
};

/// Code that stands for all grids
pub const ALL: &str = "0";
/// Customers of one page
const PAGE: i64 = 1_000;
/// Rows of a sheet that Excel opens, besides the header
const MOST: usize = 1_048_575;
/// Exports at the same time: they take a processor, and room on the disk
static EXPORTS: Semaphore = Semaphore::const_new(2);
/// Rows come by number, so that none is left out or comes twice when it is changed meanwhile
const BY_NUMBER: Order = Order { column: None, descending: false, ..BankCustomer::ORDER };

const HEADER: [&str; 26] = [
    "客户ID",
    "姓名",
    "性别",
    "身份证号",
    "婚姻状况",
    "最高学历",
    "最高学位",
    "民族",
    "生日",
    "籍贯",
    "手机号",
    "管护人",
    "网格号",
    "户号",
    "政治面貌",
    "居住状况",
    "身体状况",
    "年收入",
    "国籍",
    "借款人性质",
    "邮编",
    "是否本行股东",
    "是否本行员工",
    "是否企业主",
    "户籍地址",
    "常驻地址",
];

impl BankCustomer {
    /// The sheet of the grid with this code; `staff` narrows what the viewer sees to the grids of that employee
    pub async fn export(app: &App, viewer: &Viewer, code: &str, staff: Option<Id<BankStaff>>) -> AppResult<File> {
        if viewer.is_nobody() {
            return Err(AppError::unauthenticated("Sign in first"));
        }
        if !viewer.may(Area::Customers) {
            return Err(AppError::forbidden("None of your roles in the realm BANK permits this"));
        }
        let _turn = EXPORTS.acquire().await.map_err(AppError::internal)?;
        let mut conn = app.db.read().await?;
        let scope = BankScopeInput::of_staff(staff).resolve(&mut conn, viewer).await?;
        let grid = match code {
            ALL => None,
            code => {
                let grid = Grid::by_code(&mut conn, viewer, code).await?;
                Some(grid.ok_or_else(|| AppError::not_found(Grid::NAME))?.id)
            }
        };
        drop(conn);
        let mut writer = Writer::new(&HEADER)?;
        let (mut behind, mut rows) = (0, 0);
        loop {
            let wanted = BankCustomer::visible(viewer)
                .both(scope.customers(viewer))
                .maybe(grid, |grid| bank_customers::grid_id.eq(grid))
                .behind(BY_NUMBER, Key::Id, behind);
            let mut conn = app.db.read().await?;
            let page = BankCustomer::fetch(&mut conn, wanted, BY_NUMBER.first(PAGE)).await?;
            let Some(last) = page.last() else { break };
            behind = last.id.number;
            rows += page.len();
            if rows > MOST {
                return Err(AppError::bad_input("gridCode", format!("More than {MOST} customers: export a grid")));
            }
            let beside = Beside::of(&mut conn, &page).await?;
            drop(conn);
            writer = spawn_blocking(move || {
                page.iter().try_for_each(|customer| writer.push(&beside.line(customer))).map(|()| writer)
            })
            .await
            .map_err(AppError::internal)??;
        }
        let sheet = writer.into_file().await?;
        let mut tx = app.db.begin().await?;
        let what = json!({"gridCode": code, "rows": rows});
        let number = grid.map_or(0, |grid| grid.number);
        AuditEntry::taken(&mut tx, viewer, "bankCustomersExport", Grid::NAME, number, &what).await?;
        tx.commit().await?;
        Ok(sheet)
    }
}

/// What stands beside a page of customers
struct Beside {
    grids: HashMap<Id<Grid>, String>,
    incomes: HashMap<Id<BankCustomer>, Money>,
}

impl Beside {
    async fn of(conn: &mut Conn, page: &[BankCustomer]) -> QueryResult<Beside> {
        let mut places: Vec<i64> = page.iter().filter_map(|row| row.grid_id).map(|grid| grid.number).collect();
        places.sort_unstable();
        places.dedup();
        let places = Where::<grids::table>::default().one_of(Grid::ORDER, "id", places);
        let codes: Vec<(Id<Grid>, String)> =
            grids::table.filter(places).select((grids::id, grids::code)).all(conn).await?;
        let ids: Vec<Id<BankCustomer>> = page.iter().map(|row| row.id).collect();
        let incomes: Vec<(Id<BankCustomer>, Option<Money>)> = customer_assets::table
            .filter(customer_assets::customer_id.eq_any(ids))
            .select((customer_assets::customer_id, customer_assets::yearly_income))
            .all(conn)
            .await?;
        let incomes = incomes.into_iter().filter_map(|(customer, income)| Some((customer, income?)));
        Ok(Beside { grids: codes.into_iter().collect(), incomes: incomes.collect() })
    }

    /// The texts of a row
    fn line(&self, row: &BankCustomer) -> [String; 26] {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        [
            row.id.number.to_string(),
            row.name.clone(),
            label(Some(row.sex)),
            row.id_number.clone(),
            label(row.marital_status),
            label(row.education),
            String::new(),
            text(&row.ethnicity),
            compact(row.birthday),
            text(&row.native_place),
            text(&row.phone),
            text(&row.custodian),
            row.grid_id.and_then(|grid| self.grids.get(&grid)).cloned().unwrap_or_default(),
            text(&row.household_number),
            label(row.politics),
            text(&row.living_situation),
            label(row.health),
            self.incomes.get(&row.id).map(|income| income.text(2)).unwrap_or_default(),
            text(&row.nationality),
            label(row.borrower_kind),
            text(&row.postcode),
            yes_no(row.is_shareholder),
            yes_no(row.is_employee),
            yes_no(row.is_business_owner),
            text(&row.registered_address),
            text(&row.residence_address),
        ]
    }
}

fn label<E: Coded>(value: Option<E>) -> String {
    value.and_then(Coded::label).unwrap_or_default().to_owned()
}

fn compact(day: Day) -> String {
    day.0.format("%Y%m%d").to_string()
}

fn yes_no(truth: Option<bool>) -> String {
    truth.map(|truth| if truth { "是" } else { "否" }).unwrap_or_default().to_owned()
}
