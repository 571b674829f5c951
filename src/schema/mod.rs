//! The domains merged into one GraphQL schema, with its limits.

mod execute;
mod node;

use async_graphql::{EmptySubscription, MergedObject, Schema as GraphqlSchema, SchemaBuilder, ValidationMode};

pub use execute::{awaited, execute};

use crate::{
    app::App,
    config::Config,
    domains::{
        credit::{
            CreditMutation, CreditQuery,
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
            EngagementMutation, EngagementQuery,
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
    rest::library::CheckOnly,
};

#[derive(MergedObject, Default)]
pub struct Query(node::NodeQuery, IdentityQuery, CustomersQuery, EngagementQuery, CreditQuery);

#[derive(MergedObject, Default)]
pub struct Mutation(IdentityMutation, CustomersMutation, EngagementMutation, CreditMutation);

pub type Schema = GraphqlSchema<Query, Mutation, EmptySubscription>;

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    GraphqlSchema::build(Query::default(), Mutation::default(), EmptySubscription).disable_suggestions()
}

/// The schema behind `/graphql`
pub fn public(app: App) -> Schema {
    limited(builder(), app)
}

/// The same for documents that [`public`] has validated
pub fn validated(app: App) -> Schema {
    limited(fast(), app)
}

/// For documents that were validated and do not look at the schema. At each root field the library goes through all
/// types for entities of a federation, unless told that there are some; what this adds, no validated document names.
fn fast() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    builder().validation_mode(ValidationMode::Fast).enable_federation()
}

fn limited(builder: SchemaBuilder<Query, Mutation, EmptySubscription>, app: App) -> Schema {
    let Config { max_depth, max_complexity, max_aliases, .. } = app.config;
    builder
        .limit_depth(max_depth)
        .limit_complexity(max_complexity)
        .limit_aliases(max_aliases)
        .limit_directives(10)
        .data(app)
        .finish()
}

/// The schema behind the REST shim: its documents are our own and validated at start, so nothing is checked again
pub fn trusted(app: App) -> Schema {
    fast().data(app).finish()
}

/// A schema that validates and executes nothing
pub fn checker() -> Schema {
    builder().extension(CheckOnly).finish()
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
        .add::<ImageKind>()
        .add::<InterviewStage>()
        .add::<InterviewStatus>()
        .add::<InterviewPapers>()
        .add::<RateAdjustment>()
        .add::<Repayment>()
        .add::<ApprovalStep>()
        .add::<ApprovalResult>()
}

/// The schema in GraphQL's definition language, as `schema.graphql` holds it
pub fn sdl() -> String {
    builder().with_sorted_fields().with_sorted_enums().finish().sdl()
}
