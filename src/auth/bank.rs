//! What staff of the realm BANK may do and see: their roles, areas, branch.

use super::{
    Realm, Viewer,
    area::{Area, Areas},
};

/// Number of the role 客户经理, who sees his own grids only
pub const CUSTOMER_MANAGER: i64 = 1;
/// Number of the role 会计
pub const ACCOUNTANT: i64 = 2;
/// Number of the role 支行长
pub const PRESIDENT: i64 = 3;

/// What a bank employee's roles and branch give him
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankRights {
    /// Numbers of his roles, in order
    pub roles: Vec<i64>,
    /// What the permissions of his roles open
    pub areas: Areas,
    pub branch_id: i64,
    /// Numbers from the root to his branch, "/1/5/9/"
    pub branch_path: String,
    /// Whether his branch is the headquarters (level 0)
    pub is_headquarters: bool,
}

/// Which rows of the realm BANK a viewer may see
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankSight {
    Nothing,
    /// Those of the grids that the employee with this number manages
    Staff(i64),
    /// Those of the branch with this path and of all below it
    Branch(String),
    All,
}

impl Viewer {
    /// May do what this area of the realm BANK is about
    pub fn may(&self, area: Area) -> bool {
        self.manages(Realm::Bank) || self.works_in(Realm::Bank) && self.areas().has(area)
    }

    /// May hand out these areas to others, and judge those who have them
    pub fn outranks(&self, areas: Areas) -> bool {
        self.manages(Realm::Bank) || areas.within(self.areas())
    }

    /// May hand out these roles to others, and judge those who have them: they show no more than his own. Every role but
    /// 客户经理 shows the whole branch.
    pub fn sees_as_far(&self, roles: &[i64]) -> bool {
        !matches!(self.bank_sight(), BankSight::Staff(_)) || roles.iter().all(|role| *role == CUSTOMER_MANAGER)
    }

    fn areas(&self) -> Areas {
        self.bank.as_ref().map(|bank| bank.areas).unwrap_or_default()
    }

    /// What he sees of customers, residents, grids and whatever belongs to them
    pub fn bank_sight(&self) -> BankSight {
        match (&self.bank, self.profile_id) {
            _ if self.manages(Realm::Bank) => BankSight::All,
            (Some(bank), Some(staff)) if bank.roles == [CUSTOMER_MANAGER] => BankSight::Staff(staff),
            _ => self.branch_sight(),
        }
    }

    /// What he sees of branches and staff: a 客户经理 knows his branch
    pub fn branch_sight(&self) -> BankSight {
        match &self.bank {
            _ if self.manages(Realm::Bank) => BankSight::All,
            Some(bank) if self.realm == Some(Realm::Bank) && !bank.roles.is_empty() => {
                match bank.is_headquarters && bank.roles != [CUSTOMER_MANAGER] {
                    true => BankSight::All,
                    false => BankSight::Branch(bank.branch_path.clone()),
                }
            }
            _ => BankSight::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn viewer(roles: &[i64], is_headquarters: bool) -> Viewer {
        let bank = BankRights {
            roles: roles.to_vec(),
            areas: Areas::below("/grid/super/account"),
            branch_id: 5,
            branch_path: "/1/5/".into(),
            is_headquarters,
        };
        Viewer {
            account_id: Some(1),
            realm: Some(Realm::Bank),
            profile_id: Some(7),
            bank: Some(Arc::new(bank)),
            ..Viewer::default()
        }
    }

    #[test]
    fn sight_follows_role_and_branch() {
        let branch = || BankSight::Branch("/1/5/".into());
        for (roles, headquarters, rows, branches) in [
            (&[CUSTOMER_MANAGER][..], false, BankSight::Staff(7), branch()),
            (&[CUSTOMER_MANAGER], true, BankSight::Staff(7), branch()),
            (&[CUSTOMER_MANAGER, PRESIDENT], false, branch(), branch()),
            (&[ACCOUNTANT], false, branch(), branch()),
            (&[PRESIDENT], true, BankSight::All, BankSight::All),
            (&[], true, BankSight::Nothing, BankSight::Nothing),
        ] {
            let viewer = viewer(roles, headquarters);
            assert_eq!((viewer.bank_sight(), viewer.branch_sight()), (rows, branches), "{roles:?}");
        }
        for realm in [None, Some(Realm::Bank)] {
            let manager = Viewer { account_id: Some(1), realm, is_manager: true, ..Viewer::default() };
            assert_eq!((manager.bank_sight(), manager.branch_sight()), (BankSight::All, BankSight::All));
            let other = Viewer { is_manager: false, ..manager };
            assert_eq!((other.bank_sight(), other.branch_sight()), (BankSight::Nothing, BankSight::Nothing));
        }
        let foreign = Viewer { realm: Some(Realm::Loan), is_manager: true, ..viewer(&[PRESIDENT], true) };
        assert_eq!(foreign.bank_sight(), BankSight::Nothing);
        assert_eq!(Viewer::default().bank_sight(), BankSight::Nothing);
    }

    #[test]
    fn areas_come_from_roles_or_from_managing() {
        let staff = viewer(&[PRESIDENT], false);
        assert!(staff.may(Area::Staff) && !staff.may(Area::Roles));
        assert!(staff.outranks(Areas::below("/grid/super/account")) && !staff.outranks(Areas::below("/grid")));
        assert!(staff.sees_as_far(&[CUSTOMER_MANAGER, PRESIDENT]));
        let narrow = viewer(&[CUSTOMER_MANAGER], false);
        assert!(narrow.sees_as_far(&[CUSTOMER_MANAGER]) && narrow.sees_as_far(&[]));
        assert!(!narrow.sees_as_far(&[CUSTOMER_MANAGER, PRESIDENT]) && !narrow.sees_as_far(&[9]));
        let manager = Viewer { is_manager: true, bank: None, ..staff.clone() };
        assert!(manager.may(Area::Roles) && manager.outranks(Areas::below("/grid")));
        assert!(!Viewer { realm: Some(Realm::Loan), ..staff }.may(Area::Staff));
        assert!(!Viewer::default().may(Area::Staff));
    }
}
