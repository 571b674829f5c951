//! What happens between staff and customers.

pub mod phone_call;
pub mod sms_message;
pub mod sms_template;
pub mod upload;
pub mod wechat_friendship;

use async_graphql::MergedObject;

pub use phone_call::PhoneCall;
pub use sms_message::SmsMessage;
pub use sms_template::SmsTemplate;
pub use wechat_friendship::{WechatFriendship, WechatStatus};

#[derive(MergedObject, Default)]
pub struct EngagementQuery(
    sms_template::SmsTemplateQuery,
    sms_message::SmsMessageQuery,
    phone_call::PhoneCallQuery,
    wechat_friendship::WechatFriendshipQuery,
);

#[derive(MergedObject, Default)]
pub struct EngagementMutation(
    sms_template::SmsTemplateMutation,
    sms_message::SmsMessageMutation,
    phone_call::PhoneCallMutation,
    wechat_friendship::WechatFriendshipMutation,
);
