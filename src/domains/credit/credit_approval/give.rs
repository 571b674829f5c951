//! How approvals are given, one or many at once.
//!
//! What the token forbids, and what is wrong with the input, refuses all of it. Whose turn it is not is left out. An
//! interview leaves its stage by one conditional UPDATE, so of two who decide at the same time one finds nothing to take.

use std::collections::{BTreeMap, HashMap, HashSet};

use async_graphql::{Context, InputObject, SimpleObject};
use diesel::prelude::*;

use super::CreditApproval;
use crate::{
    auth::Viewer,
    db::{Cols as _, Conn, Id, Run as _, Time, sql::Many, tables::credit_approvals},
    domains::{
        credit::{
            CreditInterview,
            credit_interview::{
                InterviewStage, InterviewStatus, record,
                rules::{ApprovalResult, ApprovalStep},
            },
        },
        customers::BankCustomer,
        engagement::interaction_added,
        identity::{AuditEntry, BankStaff, Role},
    },
    error::{AppError, AppResult},
    graphql::{
        ContextExt, Entity,
        codes::Coded as _,
        entity::Visible as _,
        input::{self, id_number_key, refuse},
    },
    payload,
};

/// From where to where which interviews go
type Moves = (InterviewStage, InterviewStage, Vec<Id<CreditInterview>>);

/// Most interviews at once: subscribers are told of each
const MOST: usize = interaction_added::MOST;

/// A decision about an interview. Who decides is the viewer; what the input says of him must be so
#[derive(Clone, Debug, InputObject)]
pub struct CreditApprovalInput {
    /// Interview that it is about
    interview_id: Id<CreditInterview>,
    /// What is decided
    result: ApprovalResult,
    /// Why, 200 characters at the most
    opinion: String,
    /// Whose turn it is, one that the viewer's roles let him take; the one whose turn it is where left out
    step: Option<ApprovalStep>,
    /// Role that he decides in, one of the viewer's that takes the step (legacy roleId)
    role_id: Option<Id<Role>>,
    /// Who decides: the viewer (legacy approvalAccountId)
    staff_id: Option<Id<BankStaff>>,
    /// Id number of the person: the interview's
    id_number: Option<String>,
    /// Address of the picture of his signature, 500 characters at the most
    signature_url: Option<String>,
}

/// An interview that was left out
#[derive(Clone, Debug, SimpleObject)]
pub struct NotApproved {
    /// The interview
    pub interview_id: Id<CreditInterview>,
    /// Why
    pub reason: String,
}

/// About which interviews it was decided
#[derive(Clone, Debug, SimpleObject)]
pub struct CreditApprovalsCreatePayload {
    /// How many were decided (legacy data)
    pub approved: i32,
    /// The approvals, in the order of the input
    #[graphql(complexity = "MOST * child_complexity")]
    pub credit_approvals: Vec<CreditApproval>,
    /// Which were left out, and why
    #[graphql(complexity = "MOST * child_complexity")]
    pub failures: Vec<NotApproved>,
}

payload! {
    /// The new approval
    CreditApprovalCreatePayload { credit_approval: CreditApproval }
}

pub async fn give(ctx: &Context<'_>, input: Vec<CreditApprovalInput>) -> AppResult<CreditApprovalsCreatePayload> {
    let viewer = ctx.viewer()?;
    if input.is_empty() || input.len() > MOST {
        return Err(AppError::bad_input("input", format!("1 to {MOST} approvals")));
    }
    let mut wanted = Vec::with_capacity(input.len());
    for (place, approval) in input.into_iter().enumerate() {
        let at = |error: AppError| error.of_argument(&format!("input[{place}]"));
        approval.check().map_err(at)?;
        let steps = approval.steps(viewer)?;
        wanted.push((approval, steps));
    }
    let mut tx = ctx.begin().await?;
    let by = BankCustomer::registering(&mut tx, viewer).await?;
    let seen = seen(&mut tx, viewer, &wanted).await?;
    let mut failures = Vec::new();
    let mut moves: BTreeMap<(i32, i32), Moves> = BTreeMap::new();
    let mut given = Vec::new();
    for (approval, steps) in wanted {
        let Some(interview) = seen.get(&approval.interview_id) else { continue };
        let papers = ctx.app().config.require_papers;
        match turn(interview, &steps, approval.result, papers) {
            Ok((step, to)) => {
                let from = interview.stage;
                moves.entry((from.code(), to.code())).or_insert((from, to, Vec::new())).2.push(interview.id);
                given.push((approval, step));
            }
            Err(reason) => failures.push(NotApproved { interview_id: interview.id, reason }),
        }
    }
    let mut steps: Vec<record::Step> = Vec::new();
    for (from, to, ids) in moves.into_values() {
        for after in CreditInterview::advance(&mut tx, ids, from, to).await? {
            steps.extend(seen.get(&after.id).map(|before| (before.clone(), after)));
        }
    }
    let moved: HashSet<_> = steps.iter().map(|(before, _)| before.id).collect();
    given.retain(|(approval, _)| {
        let is_moved = moved.contains(&approval.interview_id);
        if !is_moved {
            let reason = "Somebody else decided about it meanwhile".to_owned();
            failures.push(NotApproved { interview_id: approval.interview_id, reason });
        }
        is_moved
    });
    if given.is_empty() {
        let reason = failures.into_iter().next().map(|failure| failure.reason);
        return Err(AppError::conflict(reason.unwrap_or_default()));
    }
    let now = Time::now();
    let row = |(approval, step): (CreditApprovalInput, ApprovalStep)| {
        (
            credit_approvals::interview_id.eq(approval.interview_id),
            credit_approvals::customer_id.eq(seen.get(&approval.interview_id).and_then(|it| it.customer_id)),
            credit_approvals::staff_id.eq(by.staff),
            credit_approvals::approver_name.eq(by.name.clone()),
            credit_approvals::step.eq(step),
            credit_approvals::result.eq(approval.result),
            credit_approvals::opinion.eq(Some(approval.opinion)),
            credit_approvals::signature_url.eq(approval.signature_url),
            credit_approvals::created_at.eq(now),
        )
    };
    let mut credit_approvals: Vec<CreditApproval> = diesel::insert_into(credit_approvals::table)
        .values(Many(given.into_iter().map(row).collect()))
        .returning(CreditApproval::cols())
        .all(&mut tx)
        .await?;
    credit_approvals.sort_by_key(|approval| approval.id);
    AuditEntry::record_all(&mut tx, ctx, credit_approvals.iter().map(|approval| (None, Some(approval)))).await?;
    interaction_added::announce(&mut tx, &credit_approvals).await?;
    record::moved(&mut tx, ctx, &by.name, &steps).await?;
    tx.commit().await?;
    let approved = i32::try_from(credit_approvals.len()).unwrap_or(i32::MAX);
    Ok(CreditApprovalsCreatePayload { approved, credit_approvals, failures })
}

impl CreditApprovalInput {
    fn check(&self) -> AppResult<()> {
        input::name("opinion", &self.opinion, 200)?;
        input::texts([("signatureUrl", self.signature_url.as_ref(), input::URL)])
    }

    /// The steps that the viewer may take by it; what it says of him must not contradict his token
    fn steps(&self, viewer: &Viewer) -> AppResult<Vec<ApprovalStep>> {
        let own = BankStaff::asking(viewer);
        let roles = if own.is_some() { ApprovalStep::of(viewer) } else { Vec::new() };
        let steps: Vec<ApprovalStep> = roles
            .into_iter()
            .filter(|step| self.step.is_none_or(|wanted| wanted == *step))
            .filter(|step| self.role_id.is_none_or(|role| role.number == step.role()))
            .collect();
        match steps.is_empty() || self.staff_id.is_some() && self.staff_id != own {
            true => Err(AppError::forbidden("None of your roles lets you decide so")),
            false => Ok(steps),
        }
    }
}

/// The interviews that are spoken of; all of them must be there, each once, and of the people named
async fn seen(
    conn: &mut Conn,
    viewer: &Viewer,
    wanted: &[(CreditApprovalInput, Vec<ApprovalStep>)],
) -> AppResult<HashMap<Id<CreditInterview>, CreditInterview>> {
    let ids = wanted.iter().map(|(approval, _)| approval.interview_id).collect();
    let rows = CreditInterview::visible(viewer).both(CreditInterview::with_ids(ids));
    let rows = CreditInterview::fetch(conn, rows, CreditInterview::ORDER.unsorted()).await?;
    let rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut met = HashSet::new();
    for (place, (approval, _)) in wanted.iter().enumerate() {
        let row = rows.get(&approval.interview_id).ok_or_else(|| AppError::not_found(CreditInterview::NAME))?;
        let fault = if !met.insert(row.id) {
            Some(refuse("interviewId", "Stands in the input before"))
        } else if approval.id_number.as_ref().is_some_and(|number| id_number_key(number) != row.id_number) {
            Some(refuse("idNumber", "The interview is with somebody else"))
        } else {
            None
        };
        if let Some(fault) = fault {
            return Err(fault.of_argument(&format!("input[{place}]")));
        }
    }
    Ok(rows)
}

/// Which of the steps it is the turn of, and where it takes the interview
fn turn(
    interview: &CreditInterview,
    steps: &[ApprovalStep],
    result: ApprovalResult,
    papers: bool,
) -> Result<(ApprovalStep, InterviewStage), String> {
    let next = steps.iter().find_map(|step| Some((*step, interview.stage.after(*step, result)?)));
    let (step, to) = next.ok_or_else(|| {
        let stage = interview.stage.label().unwrap_or_default();
        format!("It is not your turn to decide about it: {stage}")
    })?;
    if interview.status != InterviewStatus::Normal {
        return Err("Its form is not filled in yet".to_owned());
    }
    match papers && to == InterviewStage::Agreed && !(interview.has_contract && interview.has_form) {
        true => Err("The contract or the signed form is not uploaded yet".to_owned()),
        false => Ok((step, to)),
    }
}
