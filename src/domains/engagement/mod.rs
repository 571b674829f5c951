//! What happens between staff and customers.

pub mod sms_template;

use async_graphql::MergedObject;

pub use sms_template::SmsTemplate;

#[derive(MergedObject, Default)]
pub struct EngagementQuery(sms_template::SmsTemplateQuery);

#[derive(MergedObject, Default)]
pub struct EngagementMutation(sms_template::SmsTemplateMutation);
