//! What the bank lends, to whom, and who looks after whom.

pub mod adviser;
pub mod adviser_opinion;
pub mod approval_report;
pub mod balance_alert;
pub mod balance_change;
pub mod balance_statistic;
pub mod balance_summary;
pub mod bank_product;
pub mod credit_approval;
pub mod credit_interview;
pub mod credit_profile;
pub mod credit_report;
pub mod customer_image;
pub mod grid;
pub mod grid_map;
pub mod grid_picture;
pub mod grid_reviewer;
pub mod list_entry;
pub mod product_account;
pub mod report_account;
pub mod scope;

use async_graphql::MergedSubscription;

use crate::roots;

pub use adviser::Adviser;
pub use adviser_opinion::AdviserOpinion;
pub use balance_change::BalanceChange;
pub use balance_summary::BalanceSummary;
pub use bank_product::BankProduct;
pub use credit_approval::CreditApproval;
pub use credit_interview::CreditInterview;
pub use credit_profile::CreditProfile;
pub use customer_image::CustomerImage;
pub use grid::Grid;
pub use grid_map::GridMap;
pub use grid_picture::GridPicture;
pub use grid_reviewer::GridReviewer;
pub use list_entry::ListEntry;
pub use product_account::ProductAccount;
pub use report_account::ReportAccount;

roots! {
    pub struct CreditQuery(
        bank_product::BankProductQuery,
        grid::GridQuery,
        grid_reviewer::GridReviewerQuery,
        grid_map::GridMapQuery,
        grid_picture::GridPictureQuery,
        adviser::AdviserQuery,
        product_account::ProductAccountQuery,
        balance_statistic::BalanceStatisticQuery,
        balance_alert::BalanceAlertQuery,
        list_entry::ListEntryQuery,
        adviser_opinion::AdviserOpinionQuery,
        credit_profile::CreditProfileQuery,
        credit_interview::CreditInterviewQuery,
        credit_approval::CreditApprovalQuery,
        approval_report::ApprovalReportQuery,
        credit_report::CreditReportQuery,
        customer_image::CustomerImageQuery,
        report_account::ReportAccountQuery,
    );

    pub struct CreditMutation(
        bank_product::BankProductMutation,
        grid::GridMutation,
        grid_reviewer::GridReviewerMutation,
        grid_map::GridMapMutation,
        grid_picture::GridPictureMutation,
        adviser::AdviserMutation,
        product_account::ProductAccountMutation,
        balance_summary::BalanceFeedMutation,
        list_entry::ListEntryMutation,
        adviser_opinion::AdviserOpinionMutation,
        credit_interview::CreditInterviewMutation,
        credit_approval::CreditApprovalMutation,
        credit_report::CreditReportMutation,
        customer_image::CustomerImageMutation,
        report_account::ReportAccountMutation,
    );
}

#[derive(MergedSubscription, Default)]
pub struct CreditSubscription(credit_approval::changed::CreditApprovalSubscription);
