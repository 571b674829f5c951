//! Any entity by its global id.

use async_graphql::{Context, ID, Interface, Object};

use crate::{
    auth::SignedIn,
    db::Id,
    domains::{
        credit::{
            Adviser, AdviserOpinion, BalanceChange, BalanceSummary, BankProduct, CreditApproval, CreditInterview,
            CreditProfile, CustomerImage, Grid, GridMap, GridPicture, GridReviewer, ListEntry, ProductAccount,
            ReportAccount,
        },
        customers::{
            BankCustomer, ClientOrganization, CustomerAssets, CustomerTag, DishonestPerson, Family, FamilyMember,
            LoanCustomer, PovertyRecord, PropertyCustomer, Resident, ServiceContact, Tag,
        },
        engagement::{
            Attachment, CallFeedback, CallPackage, CustomerEvent, DemandChange, EstateProject, FollowUp, PackagePhone,
            PhoneCall, SatisfactionRating, ServiceContract, SmsMessage, SmsTemplate, WechatFriendship, WorkItem,
        },
        identity::{
            Account, AuditEntry, BackgroundJob, BankStaff, Branch, Dictionary, DictionaryEntry, EstateAgent,
            LoanOfficer, MenuItem, Permission, Region, Role, ServiceStaff, Session,
        },
    },
    error::{AppError, AppResult},
    graphql::{ContextExt, Entity, scalars::split_global},
};

/// Most ids of one `nodes`
const MOST: usize = 100;

macro_rules! nodes {
    ($($entity:ident,)+) => {
        /// Anything that has an id
        #[derive(Clone, Debug, Interface)]
        #[graphql(field(name = "id", ty = "ID", desc = "Opaque global id"))]
        #[expect(clippy::large_enum_variant, reason = "a list holds few of them, and the resolvers want them plain")]
        pub enum Node { $($entity($entity),)+ }

        async fn load(ctx: &Context<'_>, id: &str) -> AppResult<Option<Node>> {
            let (name, number) =
                split_global(id).ok_or_else(|| AppError::bad_input("id", "Not a global id"))?;
            match name.as_str() {
                $(<$entity as Entity>::NAME => {
                    Ok(ctx.look_up(Id::<$entity>::new(number)).await?.map(Node::from))
                })+
                _ => Err(AppError::bad_input("id", "Not a global id")),
            }
        }
    };
}
nodes! {
    Account, Session, LoanOfficer, ServiceStaff, EstateAgent, MenuItem, DictionaryEntry, AuditEntry, BackgroundJob,
    BankStaff, Branch, Role, Permission, Region, Dictionary,
    LoanCustomer, ServiceContact, ClientOrganization, PropertyCustomer,
    BankCustomer, Tag, CustomerTag, CustomerAssets, PovertyRecord,
    Resident, Family, FamilyMember, DishonestPerson,
    SmsTemplate, SmsMessage, PhoneCall, WechatFriendship, FollowUp, DemandChange, SatisfactionRating,
    ServiceContract, EstateProject, CallPackage, PackagePhone, CallFeedback, Attachment,
    BankProduct, Grid, GridReviewer, GridMap, GridPicture, Adviser, ProductAccount, BalanceSummary, BalanceChange, WorkItem,
    ListEntry, AdviserOpinion, CreditProfile, ReportAccount, CreditInterview, CreditApproval, CustomerImage,
    CustomerEvent,
}

#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its global id, as far as the viewer may look for it by himself
    #[graphql(guard = "SignedIn")]
    async fn node(&self, ctx: &Context<'_>, id: ID) -> AppResult<Option<Node>> {
        load(ctx, &id).await
    }

    /// [`node`](Self::node) for up to 100 ids, in their order
    #[graphql(guard = "SignedIn", complexity = "1 + ids.len() * child_complexity")]
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> AppResult<Vec<Option<Node>>> {
        if ids.len() > MOST {
            return Err(AppError::bad_input("ids", format!("At most {MOST} ids")));
        }
        futures_util::future::try_join_all(ids.iter().map(|id| load(ctx, id))).await
    }
}
