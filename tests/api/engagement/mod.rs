mod phone_call;
mod sms_message;
mod wechat_friendship;
