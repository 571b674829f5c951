mod attachment;
mod call_feedback;
mod estate_project;
pub mod package_phone;
mod phone_call;
mod sms_message;
mod sms_template;
mod wechat_friendship;
