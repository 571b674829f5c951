//! `quintet import` and `quintet export`: the bank's sheets, in the name of one of its accounts.
//!
//! An import is the mutation that clients send, run in process: the same rights, checks and audit.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use async_graphql::{Request, UploadValue, Value, Variables, parser::parse_query};
use clap::{Args, ValueEnum};
use serde_json::json;
use tokio::io::AsyncRead;
use tokio_util::io::StreamReader;

use crate::{
    app::App,
    auth::{Realm, Viewer},
    domains::{
        customers::{BankCustomer, bank_customer::export},
        identity::{Account, Session},
    },
    error::AppError,
    files,
    schema::{self, Valid, awaited},
};

/// What a sheet holds
#[derive(Clone, Copy, ValueEnum)]
enum Rows {
    Residents,
    Customers,
    WhiteList,
    GreyList,
    BlackList,
    Interviews,
}

impl Rows {
    /// The field of GraphQL that enters them
    const fn field(self) -> &'static str {
        match self {
            Rows::Residents => "residentImport(",
            Rows::Customers => "bankCustomersImport(",
            Rows::WhiteList => "listEntryImport(kind: WHITE, ",
            Rows::GreyList => "listEntryImport(kind: GREY, ",
            Rows::BlackList => "listEntryImport(kind: BLACK, ",
            Rows::Interviews => "creditInterviewsImport(",
        }
    }
}

#[derive(Args)]
pub struct Import {
    rows: Rows,
    /// Sheet (.xlsx or .xls) with the columns of the template for these rows
    file: PathBuf,
    /// Code of the grid that all rows belong to
    #[arg(long)]
    grid: String,
    /// Login of the account of the realm BANK whose rights count and whose name the audit tells
    #[arg(long = "as")]
    login: String,
    /// Where the rows that are not entered go, with the reasons [default: FILE.failures.xlsx]
    #[arg(long)]
    failures: Option<PathBuf>,
}

impl Import {
    pub async fn run(self, app: App) -> anyhow::Result<()> {
        let viewer = Arc::new(viewer(&app, &self.login).await?);
        let content = fs::File::open(&self.file).with_context(|| format!("cannot read {}", self.file.display()))?;
        let filename = self.file.display().to_string();
        let document = format!(
            "mutation($grid: String, $file: Upload!) {{
                sheet: {}gridCode: $grid, file: $file) {{ imported failed failuresUrl }}
            }}",
            self.rows.field()
        );
        let variables = Variables::from_json(json!({"grid": self.grid, "file": null}));
        let document = Arc::new(Valid::new(parse_query(document)?));
        let mut request = Request::new("").variables(variables);
        request.set_upload("variables.file", UploadValue { filename, content_type: None, content });
        let (request, _here) = awaited(request);
        let (schema, none) = (schema::trusted(app.clone()), files::Budget::new(&app));
        let (answer, _) = schema::execute(&schema, &app, document, request, viewer.clone(), true, &none).await;
        if let Some(error) = answer.errors.first() {
            bail!("{}", error.message);
        }
        let Value::Object(answer) = answer.data else { bail!("no answer") };
        let sheet = answer.get("sheet").cloned().unwrap_or_default().into_json()?;
        println!("{} rows entered, {} not", sheet["imported"], sheet["failed"]);
        if let Some(url) = sheet["failuresUrl"].as_str() {
            let name = url.rsplit('/').next().unwrap_or_default();
            let rows = files::import::failures(&app, &viewer, name).await.map_err(told)?;
            let place = self.failures.unwrap_or_else(|| beside(&self.file));
            write(StreamReader::new(rows), &place).await?;
            println!("Those, with the reasons: {}", place.display());
        }
        Ok(())
    }
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".failures.xlsx");
    name.into()
}

/// What can be written into a sheet
#[derive(Clone, Copy, ValueEnum)]
enum Exported {
    Customers,
}

#[derive(Args)]
pub struct Export {
    rows: Exported,
    /// Sheet to write (.xlsx); what is there already is replaced
    file: PathBuf,
    /// Code of the grid whose rows are wanted [default: all grids that the account sees]
    #[arg(long)]
    grid: Option<String>,
    /// Login of the account of the realm BANK whose rights count and whose name the audit tells
    #[arg(long = "as")]
    login: String,
}

impl Export {
    pub async fn run(self, app: App) -> anyhow::Result<()> {
        let viewer = viewer(&app, &self.login).await?;
        let grid = self.grid.as_deref().unwrap_or(export::ALL);
        let sheet = match self.rows {
            Exported::Customers => BankCustomer::export(&app, &viewer, grid, None).await.map_err(told)?,
        };
        write(sheet, &self.file).await?;
        println!("Written: {}", self.file.display());
        Ok(())
    }
}

async fn write(mut sheet: impl AsyncRead + Unpin, place: &Path) -> anyhow::Result<()> {
    let written = async { tokio::io::copy(&mut sheet, &mut tokio::fs::File::create(place).await?).await };
    written.await.map(drop).with_context(|| format!("cannot write {}", place.display()))
}

async fn viewer(app: &App, login: &str) -> anyhow::Result<Viewer> {
    let mut conn = app.db.read().await?;
    let account = Account::by_login(&mut conn, Some(Realm::Bank), login).await?;
    let account = account.filter(|account| !account.is_frozen);
    let account = account.with_context(|| format!("no account {login} of the realm BANK that may sign in"))?;
    Ok(Session::viewer_without(&mut conn, &account).await?)
}

fn told(error: AppError) -> anyhow::Error {
    match error.field {
        Some(field) => anyhow::anyhow!("{field}: {}", error.message),
        None => anyhow::anyhow!(error.message),
    }
}
