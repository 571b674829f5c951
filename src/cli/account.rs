//! `quintet account`

use anyhow::bail;
use clap::Subcommand;

use crate::{
    app::App,
    auth::Realm,
    domains::identity::{Account, AuditEntry, NewAccount},
    error::AppError,
};

#[derive(Subcommand)]
pub enum Command {
    /// Create an account; asks for the password, or reads it from standard input
    Create {
        /// What the owner signs in with
        login: String,
        /// LOAN, SERVICE, ESTATE, BANK or DATA [default: all realms]
        #[arg(long, value_parser = realm)]
        realm: Option<Realm>,
        /// Name of the owner
        #[arg(long)]
        name: Option<String>,
        /// Without the right to see and manage the whole realm
        #[arg(long)]
        staff: bool,
    },
    /// Set an account's password and end its sessions
    Passwd {
        login: String,
        #[arg(long, value_parser = realm)]
        realm: Option<Realm>,
    },
}

fn realm(name: &str) -> Result<Realm, String> {
    Realm::from_name(&name.to_uppercase()).ok_or_else(|| "one of LOAN, SERVICE, ESTATE, BANK, DATA".into())
}

impl Command {
    pub async fn run(self, app: App) -> anyhow::Result<()> {
        let told = |error: AppError| anyhow::anyhow!(error.message);
        match self {
            Command::Create { login, realm, name, staff } => {
                let password = ask_password()?;
                let name = name.unwrap_or_else(|| login.clone());
                let new = NewAccount::new(realm, &login, &name, &password, !staff).await.map_err(told)?;
                let mut tx = app.db.begin().await?;
                let account = Account::create(&mut tx, new).await.map_err(told)?;
                AuditEntry::write(&mut tx, None, "account create", None, Some(&account)).await.map_err(told)?;
                tx.commit().await?;
                println!("Account {login} created");
            }
            Command::Passwd { login, realm } => {
                // Before the transaction: nobody who writes should wait for somebody who types.
                let hash = Account::hash(realm, &ask_password()?).await.map_err(told)?;
                let mut tx = app.db.begin().await?;
                let Some(before) = Account::by_login(&mut tx, realm, &login).await? else { bail!("no such account") };
                let after = Account::set_password(&mut tx, &before, hash).await.map_err(told)?;
                AuditEntry::write(&mut tx, None, "account passwd", Some(&before), Some(&after)).await.map_err(told)?;
                tx.commit().await?;
                println!("Password of {login} set; its sessions have ended");
            }
        }
        Ok(())
    }
}

fn ask_password() -> anyhow::Result<String> {
    use std::io::{IsTerminal as _, stdin};
    if stdin().is_terminal() {
        return Ok(rpassword::prompt_password("Password: ")?);
    }
    let mut line = String::new();
    stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
