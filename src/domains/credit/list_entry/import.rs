//! Import of people into a list from a sheet.

use async_graphql::{Context, MaybeUndefined};
use diesel::QueryResult;

use super::{ListEntry, ListEntryUpdateInput, ListKind};
use crate::{
    db::{Conn, Id},
    domains::{
        credit::Grid,
        customers::import::{Imported, import},
    },
    error::AppResult,
    files::{
        import::ImportPayload,
        sheet::{Column, Sheet, Table},
    },
};

type Row = ListEntryUpdateInput;

macro_rules! text {
    ($field:ident) => {
        |row: &mut Row, text| {
            row.$field = MaybeUndefined::Value(text.to_owned());
            Ok(())
        }
    };
}

const NAME: Column<Row> = Column::required("客户姓名", "name", |row: &mut Row, text| {
    row.name = Some(text.to_owned());
    Ok(())
});
const ID_NUMBER: Column<Row> = Column::required("身份证号", "idNumber", |row: &mut Row, text| {
    row.id_number = Some(text.to_owned());
    Ok(())
});
const PHONE: Column<Row> = Column::optional("联系方式", "phone", text!(phone));
const REASON: Column<Row> = Column::optional("待观察原因", "reason", text!(reason));
const COMMENT: Column<Row> = Column::optional("备注", "comment", text!(comment));
const ADDRESS: Column<Row> = Column::optional("地址", "address", text!(address));

/// The columns of the template 白名单模板.xls
pub const WHITE: Table<Row> = Table { columns: &[NAME, ID_NUMBER, PHONE, COMMENT, ADDRESS] };
/// The columns of the templates 灰名单模板.xls and 黑名单模板.xls
pub const WATCHED: Table<Row> = Table { columns: &[NAME, ID_NUMBER, PHONE, REASON, COMMENT, ADDRESS] };

impl Imported for ListEntry {
    fn id_number(&self) -> &str {
        &self.id_number
    }

    async fn add(conn: &mut Conn, new: Vec<ListEntry>) -> QueryResult<Vec<ListEntry>> {
        ListEntry::add(conn, new).await
    }
}

impl ListEntry {
    pub(super) async fn import(
        ctx: &Context<'_>,
        kind: ListKind,
        grid: Id<Grid>,
        sheet: Sheet,
    ) -> AppResult<ImportPayload> {
        let table = if kind == ListKind::White { &WHITE } else { &WATCHED };
        import(ctx, table, sheet, |row| ListEntry::new(kind, grid, row).map_err(|error| table.reason(error))).await
    }
}
