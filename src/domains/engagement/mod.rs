//! What happens between staff and customers.

pub mod attachment;
pub mod call_feedback;
pub mod call_package;
pub mod contact_report;
pub mod customer_event;
pub mod demand_change;
pub mod estate_project;
pub mod follow_up;
pub mod followers;
pub mod interaction;
pub mod interaction_added;
pub mod package_phone;
pub mod phone_call;
pub mod satisfaction_rating;
pub mod service_contract;
pub mod service_statistics;
pub mod sms_message;
pub mod sms_template;
pub mod upload;
pub mod wechat_friendship;
pub mod work_item;

use async_graphql::MergedSubscription;

use crate::roots;

pub use attachment::Attachment;
pub use call_feedback::CallFeedback;
pub use call_package::CallPackage;
pub use customer_event::CustomerEvent;
pub use demand_change::DemandChange;
pub use estate_project::EstateProject;
pub use follow_up::{FollowUp, FollowUpEvent};
pub use interaction::{Interaction, InteractionKind};
pub use package_phone::PackagePhone;
pub use phone_call::{CallStatus, PhoneCall};
pub use satisfaction_rating::SatisfactionRating;
pub use service_contract::ServiceContract;
pub use sms_message::{SenderRole, SmsMessage};
pub use sms_template::SmsTemplate;
pub use wechat_friendship::{WechatFriendship, WechatStatus};
pub use work_item::WorkItem;

roots! {
    pub struct EngagementQuery(
        interaction::InteractionQuery,
        sms_template::SmsTemplateQuery,
        follow_up::FollowUpQuery,
        demand_change::DemandChangeQuery,
        satisfaction_rating::SatisfactionRatingQuery,
        service_contract::ServiceContractQuery,
        service_statistics::ServiceStatisticsQuery,
        sms_message::SmsMessageQuery,
        phone_call::PhoneCallQuery,
        wechat_friendship::WechatFriendshipQuery,
        estate_project::EstateProjectQuery,
        call_package::CallPackageQuery,
        package_phone::PackagePhoneQuery,
        call_feedback::CallFeedbackQuery,
        attachment::AttachmentQuery,
        work_item::WorkItemQuery,
        customer_event::CustomerEventQuery,
    );

    pub struct EngagementMutation(
        sms_template::SmsTemplateMutation,
        contact_report::ContactReportMutation,
        follow_up::FollowUpMutation,
        demand_change::DemandChangeMutation,
        satisfaction_rating::SatisfactionRatingMutation,
        service_contract::ServiceContractMutation,
        sms_message::SmsMessageMutation,
        phone_call::PhoneCallMutation,
        wechat_friendship::WechatFriendshipMutation,
        estate_project::EstateProjectMutation,
        call_package::CallPackageMutation,
        package_phone::PackagePhoneMutation,
        package_phone::PackagePhoneTakeMutation,
        call_feedback::CallFeedbackMutation,
        attachment::AttachmentMutation,
    );
}

#[derive(MergedSubscription, Default)]
pub struct EngagementSubscription(interaction_added::InteractionSubscription);
