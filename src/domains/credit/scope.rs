//! As whom a list of the bank is asked. Old clients send the role, the number and the branch of whoever is signed in
//! along with every list; what he sees follows from his token, and these only narrow it.

use async_graphql::InputObject;
use diesel::prelude::*;

use super::Grid;
use crate::{
    auth::{BankSight, Realm, Viewer, bank::CUSTOMER_MANAGER},
    db::{
        Conn, Id, Where,
        tables::{branches, grids},
    },
    domains::identity::{BankStaff, Branch, Role},
    error::{AppError, AppResult},
    graphql::{Entity, entity::Visible},
};

/// As whom a list is asked: narrows what the viewer sees; what is beyond his rights is refused
#[derive(Clone, Debug, Default, InputObject)]
pub struct BankScopeInput {
    /// Role that he acts in, one of his own (legacy roleId); as 客户经理 (1) he gets the grids that he manages
    role_id: Option<Id<Role>>,
    /// Customer manager whose grids are wanted (legacy accountId); his own number narrows nothing but as 客户经理
    staff_id: Option<Id<BankStaff>>,
    /// Code of the branch that is wanted with all below (legacy orgCode); narrows nothing as 客户经理
    branch_code: Option<String>,
}

/// What a [`BankScopeInput`] comes to
#[derive(Debug, Default)]
pub struct Scope {
    /// Number of the employee who manages the grids
    manager: Option<Id<BankStaff>>,
    /// Path of the branch that they are at or below
    path: Option<String>,
}

impl BankScopeInput {
    /// As the customer manager with this number, or unnarrowed
    pub fn of_staff(staff_id: Option<Id<BankStaff>>) -> BankScopeInput {
        BankScopeInput { staff_id, ..BankScopeInput::default() }
    }

    pub async fn resolve(&self, conn: &mut Conn, viewer: &Viewer) -> AppResult<Scope> {
        if !self.role_id.is_none_or(|role| may_act_as(viewer, role)) {
            return Err(beyond("roleId"));
        }
        let own = BankStaff::asking(viewer);
        let is_manager = match (self.role_id, viewer.bank_sight()) {
            (Some(role), _) => role.number == CUSTOMER_MANAGER,
            (None, sight) => matches!(sight, BankSight::Staff(_)),
        };
        let manager = match self.staff_id {
            None if is_manager => own,
            None => None,
            Some(staff) if own == Some(staff) => own.filter(|_| is_manager),
            Some(staff) => {
                BankStaff::within_sight(conn, viewer, staff).await?;
                Some(staff)
            }
        };
        let mut path = None;
        if let Some(code) = &self.branch_code {
            path = Some(branch(conn, viewer, code).await?.path).filter(|_| !is_manager);
        }
        Ok(Scope { manager, path })
    }
}

/// The branch with this code; refused where it is beyond what the viewer sees
pub async fn branch(conn: &mut Conn, viewer: &Viewer, code: &str) -> AppResult<Branch> {
    let wanted = Branch::visible(viewer).and(branches::code.eq(code.to_owned()));
    let found = Branch::fetch(conn, wanted, Branch::ORDER.first(1)).await?.into_iter().next();
    found.ok_or_else(|| beyond("orgCode"))
}

fn may_act_as(viewer: &Viewer, role: Id<Role>) -> bool {
    viewer.manages(Realm::Bank) || viewer.bank.as_ref().is_some_and(|bank| bank.roles.contains(&role.number))
}

fn beyond(what: &str) -> AppError {
    AppError::forbidden(format!("The {what} is beyond what your roles and your branch permit"))
}

impl Scope {
    /// Whether it leaves anything out
    pub fn is_narrow(&self) -> bool {
        self.manager.is_some() || self.path.is_some()
    }

    /// Whether what this employee keeps himself is within it
    pub fn is_of(&self, staff: Option<Id<BankStaff>>) -> bool {
        self.manager.is_none() || self.manager == staff
    }

    pub fn grids(&self) -> Where<grids::table> {
        let below = self.path.as_deref().map_or_else(Where::default, Grid::below);
        below.maybe(self.manager, |staff| grids::manager_id.eq(staff))
    }
}
