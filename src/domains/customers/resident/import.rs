//! Import of residents from a sheet.

use async_graphql::{Context, MaybeUndefined};
use diesel::QueryResult;

use super::{Resident, ResidentUpdateInput};
use crate::{
    db::{Conn, Id},
    domains::{
        credit::Grid,
        customers::import::{Imported, import},
    },
    error::AppResult,
    files::{
        import::ImportPayload,
        sheet::{Column, Sheet, Table, day, label, yes_no},
    },
};

macro_rules! text {
    ($field:ident) => {
        |row: &mut ResidentUpdateInput, text| {
            row.$field = Some(text.to_owned());
            Ok(())
        }
    };
}

/// The columns of the template 户籍导入模板.xls
pub const TABLE: Table<ResidentUpdateInput> = Table {
    columns: &[
        Column::required("姓名", "name", text!(name)),
        Column::optional("性别", "sex", |row, text| label(text).map(|value| row.sex = Some(value))),
        Column::required("民族", "ethnicity", text!(ethnicity)),
        Column::optional("出生日期", "birthday", |row, text| day(text).map(|value| row.birthday = Some(value))),
        Column::required("身份证号", "idNumber", text!(id_number)),
        Column::required("住址", "address", text!(address)),
        Column::required("户别", "householdKind", |row, text| {
            label(text).map(|value| row.household_kind = Some(value))
        }),
        Column::required("与户主关系", "relationToHead", text!(relation_to_head)),
        Column::required("户号", "householdNumber", text!(household_number)),
        Column::optional("联系方式", "phone", |row, text| {
            row.phone = MaybeUndefined::Value(text.to_owned());
            Ok(())
        }),
        Column::required("是否纳入名单库", "isListed", |row, text| {
            yes_no(text).map(|value| row.is_listed = Some(value))
        }),
        Column::optional("备注", "remark", |row, text| {
            row.remark = MaybeUndefined::Value(text.to_owned());
            Ok(())
        }),
    ],
};

impl Imported for Resident {
    fn id_number(&self) -> &str {
        &self.id_number
    }

    async fn add(conn: &mut Conn, new: Vec<Resident>) -> QueryResult<Vec<Resident>> {
        Resident::add(conn, new).await
    }
}

impl Resident {
    pub(super) async fn import(ctx: &Context<'_>, grid: Id<Grid>, sheet: Sheet) -> AppResult<ImportPayload> {
        import(ctx, &TABLE, sheet, |row| Resident::new(grid, row).map_err(|error| TABLE.reason(error))).await
    }
}
