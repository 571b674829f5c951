//! Uploading SMS in bulk: `smsMessagesAdd`.

use std::collections::{HashMap, HashSet};

use async_graphql::{Context, InputObject, SimpleObject};
use diesel::prelude::*;

use super::{SenderRole, SmsMessage};
use crate::{
    auth::Viewer,
    db::{Cols as _, Conn, Id, Run as _, Time, sql::Many, tables::sms_messages},
    domains::{
        customers::LoanCustomer,
        engagement::{interaction_added, upload},
        identity::{AuditEntry, LoanOfficer},
    },
    error::AppResult,
    graphql::{
        ContextExt,
        input::{self, phone_key},
    },
};

/// An SMS as the officer's phone knows it
#[derive(Clone, Debug, InputObject)]
pub struct SmsMessageInput {
    /// Code of the sender: the employee code where the officer sent it, else the customer code, blank where unknown
    sender: String,
    /// Code of the receiver: the customer code, blank where unknown, or the employee code
    receiver: String,
    /// Who sent it
    sender_role: SenderRole,
    /// When it was sent (legacy occurTime)
    sent_at: Time,
    /// Text
    content: String,
    /// Phone number of the sender
    sender_mobile: Option<String>,
    /// Phone number of the receiver
    receiver_mobile: Option<String>,
    /// Name of the sender
    sender_name: Option<String>,
    /// Name of the receiver
    receiver_name: Option<String>,
    /// Signature that it bears
    #[graphql(default = "【东方融资网】")]
    signature: String,
    /// Whether sending it succeeded (legacy sendStatus)
    #[graphql(default = true)]
    is_sent: bool,
    /// Whether it was read
    #[graphql(default = true)]
    is_read: bool,
}

/// What an upload of SMS brought
#[derive(Clone, Debug, SimpleObject)]
pub struct SmsMessagesAddPayload {
    /// How many of the messages were new
    added: i32,
    /// When the officer's newest stored message was sent: where the next upload goes on
    latest_at: Option<Time>,
}

impl SmsMessageInput {
    fn check(&self) -> AppResult<()> {
        let (officer, customer) = match self.sender_role {
            SenderRole::Officer => ("sender", "receiver"),
            SenderRole::Customer => ("receiver", "sender"),
        };
        input::name(officer, self.officer_code(), input::NAME)?;
        input::text(customer, self.customer_code(), input::NAME)?;
        if self.customer_code().is_empty() && self.customer_key().is_none() {
            return Err(input::refuse(customer, "Name the customer by code or mobile phone"));
        }
        input::text("content", &self.content, input::TEXT)?;
        input::text("signature", &self.signature, input::NAME)?;
        input::texts([
            ("senderMobile", self.sender_mobile.as_ref(), input::NAME),
            ("receiverMobile", self.receiver_mobile.as_ref(), input::NAME),
            ("senderName", self.sender_name.as_ref(), input::NAME),
            ("receiverName", self.receiver_name.as_ref(), input::NAME),
        ])
    }

    fn officer_code(&self) -> &str {
        match self.sender_role {
            SenderRole::Officer => &self.sender,
            SenderRole::Customer => &self.receiver,
        }
    }

    fn customer_code(&self) -> &str {
        match self.sender_role {
            SenderRole::Officer => &self.receiver,
            SenderRole::Customer => &self.sender,
        }
    }

    /// Match key of the customer's phone
    fn customer_key(&self) -> Option<String> {
        let mobile = match self.sender_role {
            SenderRole::Officer => &self.receiver_mobile,
            SenderRole::Customer => &self.sender_mobile,
        };
        mobile.as_deref().map(phone_key).filter(|key| !key.is_empty())
    }
}

/// Stores the messages that are new
pub async fn add(ctx: &Context<'_>, mut messages: Vec<SmsMessageInput>) -> AppResult<SmsMessagesAddPayload> {
    upload::limit("messages", messages.len())?;
    for (index, message) in messages.iter().enumerate() {
        message.check().map_err(|error| upload::at("messages", index, error))?;
    }
    let viewer = ctx.viewer()?;
    let mut tx = ctx.begin().await?;
    let codes = messages.iter().map(|message| message.officer_code().to_owned()).collect::<HashSet<_>>();
    let officers = LoanOfficer::by_codes(&mut tx, viewer, codes.into_iter().collect()).await?;
    if let Some(index) = messages.iter().position(|message| !officers.contains_key(message.officer_code())) {
        let field = match messages[index].sender_role {
            SenderRole::Officer => "sender",
            SenderRole::Customer => "receiver",
        };
        return Err(upload::at("messages", index, input::refuse(field, upload::FOREIGN)));
    }
    // In one order everywhere, so that two uploads of the same messages wait for each other instead of dead-locking.
    messages.sort_by(|a, b| {
        (a.sent_at, &a.sender, &a.receiver, &a.content).cmp(&(b.sent_at, &b.sender, &b.receiver, &b.content))
    });
    let added = insert(&mut tx, viewer, messages, &officers).await?;
    AuditEntry::record_all(&mut tx, ctx, added.iter().map(|row| (None, Some(row)))).await?;
    interaction_added::announce(&mut tx, &added).await?;
    let latest_at = latest(&mut tx, upload::officers(viewer, officers)).await?;
    tx.commit().await?;
    Ok(SmsMessagesAddPayload { added: i32::try_from(added.len()).unwrap_or(i32::MAX), latest_at })
}

async fn insert(
    conn: &mut Conn,
    viewer: &Viewer,
    messages: Vec<SmsMessageInput>,
    officers: &HashMap<String, Id<LoanOfficer>>,
) -> QueryResult<Vec<SmsMessage>> {
    let codes = messages.iter().map(|message| message.customer_code().to_owned()).collect::<HashSet<_>>();
    let known = LoanCustomer::by_codes(conn, viewer, codes.into_iter().collect()).await?;
    let unknown = messages.iter().filter(|message| !known.contains_key(message.customer_code()));
    let keys = unknown.filter_map(SmsMessageInput::customer_key).collect::<HashSet<_>>();
    let ids = officers.values().copied().collect();
    let by_mobile = LoanCustomer::by_mobiles(conn, ids, keys.into_iter().collect()).await?;

    let now = Time::now();
    let mut rows = messages
        .into_iter()
        .map(|message| {
            let officer = officers.get(message.officer_code()).copied().unwrap_or(Id::new(0));
            let by_mobile = || by_mobile.get(&(officer, message.customer_key()?)).copied();
            let customer = known.get(message.customer_code()).copied().or_else(by_mobile);
            (
                sms_messages::officer_id.eq(officer),
                sms_messages::customer_id.eq(customer),
                sms_messages::sender.eq(message.sender),
                sms_messages::receiver.eq(message.receiver),
                sms_messages::sender_role.eq(message.sender_role),
                sms_messages::sent_at.eq(message.sent_at),
                sms_messages::content.eq(message.content),
                sms_messages::sender_mobile.eq(upload::filled(message.sender_mobile)),
                sms_messages::receiver_mobile.eq(upload::filled(message.receiver_mobile)),
                sms_messages::sender_name.eq(upload::filled(message.sender_name)),
                sms_messages::receiver_name.eq(upload::filled(message.receiver_name)),
                sms_messages::signature.eq(message.signature),
                sms_messages::is_sent.eq(message.is_sent),
                sms_messages::is_read.eq(message.is_read),
                sms_messages::created_at.eq(now),
            )
        })
        .peekable();
    let mut added = Vec::new();
    while rows.peek().is_some() {
        let chunk = Many(rows.by_ref().take(upload::CHUNK).collect());
        let new: Vec<SmsMessage> = diesel::insert_into(sms_messages::table)
            .values(chunk)
            .on_conflict_do_nothing()
            .returning(SmsMessage::cols())
            .all(conn)
            .await?;
        added.extend(new);
    }
    Ok(added)
}

async fn latest(conn: &mut Conn, officers: Vec<Id<LoanOfficer>>) -> QueryResult<Option<Time>> {
    sms_messages::table
        .filter(sms_messages::officer_id.eq_any(officers))
        .select(sms_messages::sent_at)
        .order(sms_messages::sent_at.desc())
        .limit(1)
        .opt(conn)
        .await
}
