//! The domains merged into one GraphQL schema, with its limits.

mod check;
mod cost;
mod execute;
mod executor;
mod node;
pub mod rules;
mod traced;
mod weight;

use std::sync::LazyLock;

use async_graphql::{MergedSubscription, Schema as GraphqlSchema, SchemaBuilder, ValidationMode};

use check::CheckOnly;
pub use cost::{Price, SIZES, costs};
pub use execute::{Done, Fare, Responses, Work, awaited, execute, perform, subscribe};
pub use executor::{Executor, Valid};
pub use weight::field_at;

use crate::{
    app::App,
    domains::{
        credit::{
            CreditMutation, CreditQuery, CreditSubscription,
            balance_statistic::Period,
            bank_product::BalanceKind,
            credit_interview::{
                InterviewPapers, InterviewStage, InterviewStatus,
                form::{RateAdjustment, Repayment},
                rules::{ApprovalResult, ApprovalStep},
            },
            customer_image::ImageKind,
            grid::GridKind,
            grid_reviewer::ReviewerKind,
            list_entry::{ListKind, WatchReason},
            report_account::{ReportAccountKind, ReportAccountStatus},
        },
        customers::{
            CustomersMutation, CustomersQuery,
            bank_customer::{
                BankCustomerStatus, BorrowerKind, Education, Health, IdKind, MaritalStatus, Occupation, Politics,
            },
            family_member::FamilyRelation,
            id_card::IdCardSide,
            industry::Industry,
            loan_customer::{ContactStatus, LoanStage, SocialSecurity},
            resident::HouseholdKind,
            tag::TagKind,
        },
        engagement::{
            EngagementMutation, EngagementQuery, EngagementSubscription,
            follow_up::FollowUpEvent,
            package_phone::PhoneStatus,
            phone_call::CallStatus,
            sms_message::SenderRole,
            wechat_friendship::WechatStatus,
            work_item::{WorkEntrance, WorkKind, WorkStatus},
        },
        identity::{
            IdentityMutation, IdentityQuery,
            branch::{BranchKind, BranchRelation},
            region::RegionLevel,
        },
    },
    graphql::{codes::CodeBook, id_number::Sex},
    roots,
};

roots! {
    /// What can be read
    pub struct Query(node::NodeQuery, IdentityQuery, CustomersQuery, EngagementQuery, CreditQuery);

    /// What can be written
    pub struct Mutation(IdentityMutation, CustomersMutation, EngagementMutation, CreditMutation);
}

#[derive(MergedSubscription, Default)]
pub struct Subscription(EngagementSubscription, CreditSubscription);

pub type Schema = GraphqlSchema<Query, Mutation, Subscription>;
type Builder = SchemaBuilder<Query, Mutation, Subscription>;

fn builder() -> Builder {
    GraphqlSchema::build(Query, Mutation, Subscription::default()).disable_suggestions()
}

/// The schema behind `/graphql`, for documents that keep the [`rules`]
pub fn public(app: App) -> Executor {
    Executor::new(limited(builder().validation_mode(ValidationMode::Fast), app))
}

/// The same for documents that do not look at the schema
pub fn validated(app: App) -> Executor {
    Executor::direct(limited(fast(), app))
}

/// For documents that are valid and do not look at the schema. At each root field the library goes through all
/// types for entities of a federation, unless told that there are some; what this adds, no validated document names.
fn fast() -> Builder {
    builder().validation_mode(ValidationMode::Fast).enable_federation()
}

fn limited(builder: Builder, app: App) -> Schema {
    // Levels, aliases and cost are counted before (see `server/extent.rs` and `cost.rs`).
    builder.limit_directives(10).data(app).finish()
}

/// The schema behind the REST shim: its documents are our own and validated at start, so nothing is checked again
pub fn trusted(app: App) -> Executor {
    Executor::direct(fast().data(app).finish())
}

/// A schema that validates and executes nothing
pub fn checker() -> Schema {
    builder().extension(CheckOnly::default()).finish()
}

/// A schema that only counts
fn prober() -> Schema {
    fast().extension(CheckOnly::default()).finish()
}

/// Legacy codes of all coded enums
pub fn codes() -> CodeBook {
    CodeBook::default()
        .add::<LoanStage>()
        .add::<SocialSecurity>()
        .add::<ContactStatus>()
        .add::<SenderRole>()
        .add::<CallStatus>()
        .add::<WechatStatus>()
        .add::<FollowUpEvent>()
        .add::<PhoneStatus>()
        .add::<Sex>()
        .add::<BranchKind>()
        .add::<BranchRelation>()
        .add::<GridKind>()
        .add::<ReviewerKind>()
        .add::<RegionLevel>()
        .add::<BankCustomerStatus>()
        .add::<IdKind>()
        .add::<MaritalStatus>()
        .add::<Education>()
        .add::<Politics>()
        .add::<Health>()
        .add::<BorrowerKind>()
        .add::<Occupation>()
        .add::<Industry>()
        .add::<TagKind>()
        .add::<IdCardSide>()
        .add::<HouseholdKind>()
        .add::<FamilyRelation>()
        .add::<BalanceKind>()
        .add::<Period>()
        .add::<WorkKind>()
        .add::<WorkStatus>()
        .add::<WorkEntrance>()
        .add::<ListKind>()
        .add::<WatchReason>()
        .add::<ReportAccountStatus>()
        .add::<ReportAccountKind>()
        .add::<InterviewStage>()
        .add::<InterviewStatus>()
        .add::<InterviewPapers>()
        .add::<RateAdjustment>()
        .add::<Repayment>()
        .add::<ApprovalStep>()
        .add::<ApprovalResult>()
        .add::<ImageKind>()
}

/// The schema in GraphQL's definition language, as `schema.graphql` holds it
pub fn sdl() -> String {
    static SDL: LazyLock<String> = LazyLock::new(|| builder().with_sorted_fields().with_sorted_enums().finish().sdl());
    SDL.clone()
}
