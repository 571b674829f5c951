//! What the bulk uploads of an officer's phone have in common.

use std::collections::HashMap;

use crate::{
    auth::Viewer,
    db::Id,
    domains::identity::LoanOfficer,
    error::{AppError, AppResult},
};

/// Most rows of one upload
const MOST: usize = 10_000;
/// Rows of one INSERT
pub const CHUNK: usize = 500;
/// Why a row of somebody else's is refused
pub const FOREIGN: &str = "Not an employee code that you may upload for";

pub fn limit(list: &str, length: usize) -> AppResult<()> {
    match length > MOST {
        true => Err(AppError::bad_input(list, format!("At most {MOST} rows"))),
        false => Ok(()),
    }
}

/// Names the row that an error is about: `input.sender` becomes `messages[3].sender`
pub fn at(list: &str, index: usize, error: AppError) -> AppError {
    let field = error.field.map(|field| format!("{list}[{index}].{}", field.trim_start_matches("input.")));
    AppError { field, ..error }
}

/// The officers that an upload was about: those that it named, or the viewer himself
pub fn officers(viewer: &Viewer, named: HashMap<String, Id<LoanOfficer>>) -> Vec<Id<LoanOfficer>> {
    match named.is_empty() {
        true => viewer.profile_id.map(Id::new).into_iter().collect(),
        false => named.into_values().collect(),
    }
}

/// A blank text is none
pub fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
