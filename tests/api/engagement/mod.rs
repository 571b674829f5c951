mod demand_change;
mod follow_up;
mod phone_call;
mod satisfaction_rating;
mod service_contract;
mod service_statistics;
mod sms_message;
mod wechat_friendship;
