mod phone_call;
mod sms_message;
mod sms_template;
mod wechat_friendship;
