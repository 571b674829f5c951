//! Import of residents from a sheet: one transaction, one INSERT and one audit of each chunk of rows, no query per row.
//!
//! Besides what the reader of the sheet holds there is a chunk of rows, and the id numbers of the sheet.

use std::collections::HashSet;

use async_graphql::{Context, MaybeUndefined};

use super::{Resident, ResidentUpdateInput};
use crate::{
    db::Id,
    domains::{credit::Grid, identity::AuditEntry},
    error::AppResult,
    files::{
        import::{CHUNK, ImportPayload, Report},
        sheet::{Column, Sheet, Table, day, label, yes_no},
    },
    graphql::ContextExt,
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

impl Resident {
    pub(super) async fn import(ctx: &Context<'_>, grid: Id<Grid>, sheet: Sheet) -> AppResult<ImportPayload> {
        let mut report = Report::new(&TABLE)?;
        let mut seen = HashSet::new();
        let mut chunks = sheet.lines(&TABLE, CHUNK);
        while let Some(lines) = chunks.next().await? {
            let mut new = Vec::with_capacity(lines.len());
            let mut read = Vec::with_capacity(lines.len());
            for mut line in lines {
                let row = std::mem::replace(&mut line.row, Err(String::new()));
                let row = row.and_then(|row| Resident::new(grid, row).map_err(|error| TABLE.reason(error)));
                let row = row.and_then(|row| match seen.insert(row.id_number.clone()) {
                    true => Ok(row),
                    false => Err("身份证号: Stands in the sheet before".to_owned()),
                });
                read.push((line, row.as_ref().map(|row| row.id_number.clone()).map_err(Clone::clone)));
                new.extend(row);
            }
            let mut tx = ctx.begin().await?;
            let added = Resident::add(&mut tx, new).await?;
            AuditEntry::record_all(&mut tx, ctx, added.iter().map(|row| (None, Some(row)))).await?;
            tx.commit().await?;
            report.imported += added.len();
            let added: HashSet<_> = added.into_iter().map(|row| row.id_number).collect();
            for (line, row) in read {
                match row {
                    Ok(number) if added.contains(&number) => {}
                    Ok(_) => report.fail(line, "身份证号: Is in the register already".to_owned())?,
                    Err(reason) => report.fail(line, reason)?,
                }
            }
        }
        report.finish(ctx.app(), ctx.viewer()?).await
    }
}
