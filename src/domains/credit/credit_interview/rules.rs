//! How far the approval of an interview comes: who may take it which step further.

use crate::{
    auth::{
        Viewer,
        bank::{ACCOUNTANT, CUSTOMER_MANAGER, PRESIDENT},
    },
    codes,
};

codes! {
    /// How far the approval of an interview has come (legacy approvalStatus, 审批状态)
    pub enum InterviewStage {
        /// The customer manager has it (legacy 0 客户经理待提交)
        Entered = 0 "客户经理待提交",
        /// The accountant has it (legacy 1 客户经理已提交)
        Submitted = 1 "客户经理已提交",
        /// The customer manager gave it up (legacy 2 客户经理拒绝)
        Withdrawn = 2 "客户经理拒绝",
        /// The accountant agreed; the president may have his say (legacy 3 会计同意)
        Agreed = 3 "会计同意",
        /// The accountant sent it back to the customer manager, who may change and submit it again (legacy 4 会计驳回)
        Returned = 4 "会计驳回",
        /// The president agreed too (legacy 5 支行长同意)
        Granted = 5 "支行长同意",
        /// The president refused (legacy 6 支行长拒绝)
        Denied = 6 "支行长拒绝",
    }
}

codes! {
    /// Whose turn an approval was (legacy approvalNode, 审批节点)
    pub enum ApprovalStep {
        /// Customer manager (legacy 1 客户经理)
        CustomerManager = 1 "客户经理",
        /// Accountant (legacy 2 会计)
        Accountant = 2 "会计",
        /// President of the branch (legacy 3 支行长)
        President = 3 "支行长",
    }
}

codes! {
    /// What an approval says (legacy approvalResult, 审批结果)
    pub enum ApprovalResult {
        /// Goes on (legacy 0 通过)
        Agreed = 0 "通过",
        /// Goes no further, or back (legacy 1 拒绝)
        Refused = 1 "拒绝",
    }
}

impl InterviewStage {
    /// Nobody has two interviews that are under way; the index `credit_interviews_open` says the same
    pub const UNDER_WAY: [InterviewStage; 3] =
        [InterviewStage::Entered, InterviewStage::Submitted, InterviewStage::Returned];

    /// Whether it is the customer manager's turn, who may change it then
    pub fn is_editable(self) -> bool {
        matches!(self, InterviewStage::Entered | InterviewStage::Returned)
    }

    /// Where an approval takes it; nowhere where it is not the turn of this step
    pub fn after(self, step: ApprovalStep, result: ApprovalResult) -> Option<InterviewStage> {
        let [agreed, refused] = match (step, self) {
            (ApprovalStep::CustomerManager, InterviewStage::Entered | InterviewStage::Returned) => {
                [InterviewStage::Submitted, InterviewStage::Withdrawn]
            }
            (ApprovalStep::Accountant, InterviewStage::Submitted) => [InterviewStage::Agreed, InterviewStage::Returned],
            (ApprovalStep::President, InterviewStage::Agreed) => [InterviewStage::Granted, InterviewStage::Denied],
            _ => return None,
        };
        Some(if result == ApprovalResult::Agreed { agreed } else { refused })
    }
}

impl ApprovalStep {
    const ALL: [ApprovalStep; 3] = [ApprovalStep::CustomerManager, ApprovalStep::Accountant, ApprovalStep::President];

    /// Number of the role that takes the step
    pub const fn role(self) -> i64 {
        match self {
            ApprovalStep::CustomerManager => CUSTOMER_MANAGER,
            ApprovalStep::Accountant => ACCOUNTANT,
            ApprovalStep::President => PRESIDENT,
        }
    }

    /// The steps that a viewer's roles let him take, in order; none for who is no employee
    pub fn of(viewer: &Viewer) -> Vec<ApprovalStep> {
        let roles = viewer.bank.as_ref().map(|bank| bank.roles.as_slice()).unwrap_or_default();
        ApprovalStep::ALL.into_iter().filter(|step| roles.contains(&step.role())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ApprovalResult::{Agreed, Refused},
        *,
    };

    #[test]
    fn each_step_has_its_turn() {
        use ApprovalStep::{Accountant, CustomerManager, President};
        let stages = (0..=6).map(|code| InterviewStage::from_code(code).unwrap());
        let ways: Vec<_> = stages
            .flat_map(|from| {
                ApprovalStep::ALL.map(|step| [Agreed, Refused].map(|result| (from, step, from.after(step, result))))
            })
            .flatten()
            .filter_map(|(from, step, to)| Some((from.code(), step, to?.code())))
            .collect();
        assert_eq!(
            ways,
            [
                (0, CustomerManager, 1),
                (0, CustomerManager, 2),
                (1, Accountant, 3),
                (1, Accountant, 4),
                (3, President, 5),
                (3, President, 6),
                (4, CustomerManager, 1),
                (4, CustomerManager, 2),
            ]
        );
    }
}
