//! Interviews for people of the white list, many at once (白名单批量转待面谈面签).

use std::collections::{HashMap, HashSet};

use async_graphql::{Context, InputObject, SimpleObject};
use diesel::prelude::*;

use super::CreditInterview;
use crate::{
    db::{Conn, tables::list_entries},
    domains::{
        credit::{Grid, ListEntry, list_entry::ListKind},
        customers::BankCustomer,
    },
    error::{AppError, AppResult},
    graphql::{ContextExt, Entity as _, entity::Visible as _, id_number::IdNumber, input::id_number_key},
};

/// Most people at once
const MOST: usize = 1_000;

/// Somebody of the white list
#[derive(Clone, Debug, InputObject)]
pub struct WhiteListedInput {
    /// Name, as it stands in the list
    name: String,
    /// Id number
    id_number: String,
    /// Code of the grid that the list knows
    grid_code: String,
}

/// Somebody who got no interview
#[derive(Clone, Debug, SimpleObject)]
pub struct NotInterviewed {
    /// Name, as it was sent
    pub name: String,
    /// Id number, as it was sent
    pub id_number: String,
    /// Why
    pub reason: String,
}

/// Who got an interview and who did not
#[derive(Clone, Debug, SimpleObject)]
pub struct CreditInterviewsAddFromWhiteListPayload {
    /// How many got one (legacy success)
    pub added: i32,
    /// How many got none (legacy faile)
    pub failed: i32,
    /// Names of those who got one (legacy successList)
    #[graphql(complexity = "MOST")]
    pub added_names: Vec<String>,
    /// Names of those who got none (legacy faileList)
    #[graphql(complexity = "MOST")]
    pub failed_names: Vec<String>,
    /// The new interviews
    #[graphql(complexity = "MOST * child_complexity")]
    pub credit_interviews: Vec<CreditInterview>,
    /// Who got none and why
    #[graphql(complexity = "MOST * child_complexity")]
    pub failures: Vec<NotInterviewed>,
}

/// All who can have one get an interview, in one transaction; the others are told with the reason
pub async fn add(
    ctx: &Context<'_>,
    input: Vec<WhiteListedInput>,
) -> AppResult<CreditInterviewsAddFromWhiteListPayload> {
    if input.is_empty() || input.len() > MOST {
        return Err(AppError::bad_input("input", format!("1 to {MOST} people")));
    }
    let viewer = ctx.viewer()?;
    let mut tx = ctx.begin().await?;
    let by = BankCustomer::registering(&mut tx, viewer).await?;
    let listed = listed(&mut tx, ctx, &input).await?;
    let (mut rows, mut asked, mut failures, mut met) = (Vec::new(), Vec::new(), Vec::new(), HashSet::new());
    for person in &input {
        let number = id_number_key(&person.id_number);
        let reason = match (IdNumber::parse(&number), listed.get(&number)) {
            (Some(id), Some((entry, grid))) if entry.name == person.name && grid.code == person.grid_code => {
                if met.insert(number) {
                    let row = CreditInterview::blank(id, grid.id, &by);
                    rows.push(CreditInterview { name: entry.name.clone(), phone: entry.phone.clone(), ..row });
                    asked.push(person);
                    continue;
                }
                "The person stands in the input before"
            }
            _ => "The person does not stand so in the white list",
        };
        failures.push(NotInterviewed::new(person, reason.to_owned()));
    }
    let (credit_interviews, mut refused) = CreditInterview::enter(&mut tx, ctx, rows).await?;
    let added: HashSet<&str> = credit_interviews.iter().map(|row| row.id_number.as_str()).collect();
    let mut added_names = Vec::new();
    for person in asked {
        let number = id_number_key(&person.id_number);
        if added.contains(number.as_str()) {
            added_names.push(person.name.clone());
        } else {
            let reason = refused.remove(&number).unwrap_or_else(CreditInterview::busy);
            failures.push(NotInterviewed::new(person, reason.message));
        }
    }
    tx.commit().await?;
    let count = |rows: usize| i32::try_from(rows).unwrap_or(i32::MAX);
    Ok(CreditInterviewsAddFromWhiteListPayload {
        added: count(credit_interviews.len()),
        failed: count(failures.len()),
        added_names,
        failed_names: failures.iter().map(|failure| failure.name.clone()).collect(),
        credit_interviews,
        failures,
    })
}

impl NotInterviewed {
    fn new(person: &WhiteListedInput, reason: String) -> NotInterviewed {
        NotInterviewed { name: person.name.clone(), id_number: person.id_number.clone(), reason }
    }
}

/// What the white list says of these people, by id number, as far as the viewer sees it
async fn listed(
    conn: &mut Conn,
    ctx: &Context<'_>,
    input: &[WhiteListedInput],
) -> AppResult<HashMap<String, (ListEntry, Grid)>> {
    let viewer = ctx.viewer()?;
    let numbers: Vec<String> = input.iter().map(|person| id_number_key(&person.id_number)).collect();
    let wanted = ListEntry::visible(viewer)
        .and(list_entries::kind.eq(ListKind::White))
        .and(list_entries::id_number.eq_any(numbers));
    let entries = ListEntry::fetch(conn, wanted, ListEntry::ORDER.unsorted()).await?;
    let grids = Grid::with_ids(entries.iter().map(|entry| entry.grid_id).collect());
    let grids = Grid::fetch(conn, Grid::visible(viewer).both(grids), Grid::ORDER.unsorted()).await?;
    let grids: HashMap<_, _> = grids.into_iter().map(|grid| (grid.id, grid)).collect();
    let with_grid = |entry: ListEntry| {
        let grid = grids.get(&entry.grid_id)?.clone();
        Some((entry.id_number.clone(), (entry, grid)))
    };
    Ok(entries.into_iter().filter_map(with_grid).collect())
}
