//! Import of customers from a sheet. A row that has all that a customer needs becomes a normal one, any other a draft.

use async_graphql::{Context, MaybeUndefined};
use diesel::prelude::*;

use super::{BankCustomer, BankCustomerInput, BankCustomerStatus, rules::Registrar};
use crate::{
    db::{Cols as _, Conn, Run as _, sql::Many, tables::bank_customers},
    domains::{
        credit::Grid,
        customers::import::{Imported, import},
    },
    error::AppResult,
    files::{
        import::ImportPayload,
        sheet::{Column, Sheet, Table, day, label, yes_no},
    },
    graphql::ContextExt,
};

/// A column whose text is what is kept, or what `read` makes of it
macro_rules! column {
    ($name:literal, $field:literal, $to:ident) => {
        column!($name, $field, $to, |text: &str| Ok::<_, String>(text.to_owned()))
    };
    ($name:literal, $field:literal, $to:ident, $read:expr) => {
        Column::optional($name, $field, |row: &mut BankCustomerInput, text| {
            row.$to = MaybeUndefined::Value($read(text)?);
            Ok(())
        })
    };
}

/// The columns of the template 客户信息导入模板.xls
pub const TABLE: Table<BankCustomerInput> = Table {
    columns: &[
        Column::required("姓名", "name", |row, text| {
            row.name = Some(text.to_owned());
            Ok(())
        }),
        Column::optional("性别", "sex", |row, text| label(text).map(|value| row.sex = Some(value))),
        Column::required("身份证号", "idNumber", |row, text| {
            row.id_number = Some(text.to_owned());
            Ok(())
        }),
        column!("婚姻状况", "maritalStatus", marital_status, label),
        column!("最高学历", "education", education, label),
        // Nobody keeps the highest degree; the export has the column, so sheets have it too.
        Column::optional("最高学位", "degree", |_, _| Ok(())),
        column!("民族", "ethnicity", ethnicity),
        Column::optional("生日", "birthday", |row, text| day(text).map(|value| row.birthday = Some(value))),
        column!("籍贯", "nativePlace", native_place),
        column!("手机号", "phone", phone),
        column!("管护人", "custodian", custodian),
        Column::optional("网格号", "gridCode", |row, text| {
            row.grid_code = Some(text.to_owned());
            Ok(())
        }),
        column!("户号", "householdNumber", household_number),
        column!("政治面貌", "politics", politics, label),
        column!("居住状况", "livingSituation", living_situation),
        column!("身体状况", "health", health, label),
        // An income belongs to the assets, which are entered for themselves.
        Column::optional("年收入", "yearlyIncome", |_, _| Ok(())),
        column!("国籍", "nationality", nationality),
        column!("借款人性质", "borrowerKind", borrower_kind, label),
        column!("邮编", "postcode", postcode),
        column!("是否本行股东", "isShareholder", is_shareholder, yes_no),
        column!("是否本行员工", "isEmployee", is_employee, yes_no),
        column!("是否企业主", "isBusinessOwner", is_business_owner, yes_no),
        column!("户籍地址", "registeredAddress", registered_address),
        column!("常驻地址", "residenceAddress", residence_address),
        column!("是否农户", "isFarmer", is_farmer, yes_no),
        column!("有无县城购房", "hasTownHouse", has_town_house, yes_no),
        column!("小区名称", "estateName", estate_name),
        column!("小区地址", "estateAddress", estate_address),
        column!("证件类型", "idKind", id_kind, label),
        column!("信贷客户号", "creditNumber", credit_number),
        column!("职业", "occupation", occupation, label),
        column!("工作年限", "workingYears", working_years, |text: &str| {
            text.parse::<i32>().map_err(|_| "不是数字".to_owned())
        }),
        column!("单位名称", "employerName", employer_name),
        column!("单位地址", "employerAddress", employer_address),
        column!("调查人A", "investigator", investigator),
        column!("调查人B", "secondInvestigator", second_investigator),
    ],
};

/// A row of the sheet as a customer of the grid
fn customer(row: BankCustomerInput, grid: &Grid, by: &Registrar) -> Result<BankCustomer, String> {
    if row.grid_code.as_ref().is_some_and(|code| *code != grid.code) {
        return Err(format!("网格号: 所有行必须属于网格{}", grid.code));
    }
    let read = row.row(BankCustomerStatus::Normal, by).and_then(|row| {
        let mut row = BankCustomer { grid_id: Some(grid.id), ..row };
        if row.check().is_err() {
            row.status = BankCustomerStatus::Draft;
            row.check()?;
        }
        Ok(row)
    });
    read.map_err(|error| TABLE.reason(error))
}

impl Imported for BankCustomer {
    fn id_number(&self) -> &str {
        &self.id_number
    }

    async fn add(conn: &mut Conn, new: Vec<BankCustomer>) -> QueryResult<Vec<BankCustomer>> {
        if new.is_empty() {
            return Ok(new);
        }
        let added: Vec<BankCustomer> = diesel::insert_into(bank_customers::table)
            .values(Many(new))
            .on_conflict_do_nothing()
            .returning(BankCustomer::cols())
            .all(conn)
            .await?;
        let numbers: Vec<String> = added.iter().map(|customer| customer.id_number.clone()).collect();
        BankCustomer::joined(conn, numbers).await?;
        BankCustomer::to_be_completed(conn, &added).await?;
        Ok(added)
    }
}

impl BankCustomer {
    pub(super) async fn import(ctx: &Context<'_>, grid: Grid, sheet: Sheet) -> AppResult<ImportPayload> {
        let by = BankCustomer::registering(&mut ctx.read().await?, ctx.viewer()?).await?;
        import(ctx, &TABLE, sheet, |row| customer(row, &grid, &by)).await
    }
}
