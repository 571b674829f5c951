//! Report of an employee about a contact (eartip 跟进、需求变更上报): one visit or call often is a follow-up and brings a
//! change of demand too. Both are stored or none.
//!
//! No table of its own: a report becomes rows of `follow_ups` and `demand_changes`.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::{
    DemandChange, FollowUp,
    demand_change::DemandChangeCreateInput,
    follow_up::{FollowUpCreateInput, FollowUpEvent},
};
use crate::{
    auth::{Realm, Staff},
    db::{Id, Time},
    domains::{
        customers::{ClientOrganization, ServiceContact},
        identity::ServiceStaff,
    },
    error::AppResult,
    graphql::{ContextExt, input},
};

/// A report about a contact: with an event it makes a follow-up, with a content a demand change, with both both
#[derive(Clone, Debug, InputObject)]
pub struct ContactReportCreateInput {
    /// Contact whom it is about
    contact_id: Id<ServiceContact>,
    /// Organisation that it is about; left out: the contact's
    organization_id: Option<Id<ClientOrganization>>,
    /// Employees who took part, 100 at the most
    #[graphql(default)]
    follower_ids: Vec<Id<ServiceStaff>>,
    /// When it happened
    recorded_at: Time,
    /// What the employees did
    event: Option<FollowUpEvent>,
    /// What came of it (with an event)
    gain: Option<String>,
    /// Address of an attachment of the follow-up (with an event)
    event_attachment: Option<String>,
    /// Remark about the follow-up (with an event)
    event_note: Option<String>,
    /// What the contact wants; blank is nothing
    content: Option<String>,
    /// Address of an attachment of the demand change (with a content)
    content_attachment: Option<String>,
    /// Remark about the demand change (with a content)
    content_note: Option<String>,
}

/// What the report became
#[derive(Clone, Debug, SimpleObject)]
pub struct ContactReportCreatePayload {
    /// The new follow-up, where the report has an event
    pub follow_up: Option<FollowUp>,
    /// The new demand change, where the report has a content
    pub demand_change: Option<DemandChange>,
}

impl ContactReportCreateInput {
    fn check(&self) -> AppResult<()> {
        if self.event.is_none() && self.content.is_none() {
            return Err(input::refuse("event", "Give an event, a content or both"));
        }
        input::texts([
            ("gain", self.gain.as_ref(), input::TEXT),
            ("eventAttachment", self.event_attachment.as_ref(), input::URL),
            ("eventNote", self.event_note.as_ref(), input::TEXT),
            ("content", self.content.as_ref(), input::TEXT),
            ("contentAttachment", self.content_attachment.as_ref(), input::URL),
            ("contentNote", self.content_note.as_ref(), input::TEXT),
        ])
    }

    /// The parts that the report is made of
    fn split(self) -> (Option<FollowUpCreateInput>, Option<DemandChangeCreateInput>) {
        let follow_up = self.event.map(|event| FollowUpCreateInput {
            contact_id: self.contact_id,
            organization_id: self.organization_id,
            follower_ids: self.follower_ids.clone(),
            event,
            recorded_at: self.recorded_at,
            gain: self.gain,
            attachment: self.event_attachment,
            note: self.event_note,
        });
        let demand_change = self.content.map(|content| DemandChangeCreateInput {
            contact_id: self.contact_id,
            organization_id: self.organization_id,
            follower_ids: self.follower_ids,
            content,
            recorded_at: self.recorded_at,
            attachment: self.content_attachment,
            note: self.content_note,
        });
        (follow_up, demand_change)
    }
}

#[derive(Default)]
pub struct ContactReportMutation;

#[Object]
impl ContactReportMutation {
    /// Writes down a follow-up, a demand change or both
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn contact_report_create(
        &self,
        ctx: &Context<'_>,
        mut input: ContactReportCreateInput,
    ) -> AppResult<ContactReportCreatePayload> {
        input.content = input.content.filter(|content| !content.trim().is_empty());
        input.check()?;
        let (follow_up, demand_change) = input.split();
        let mut tx = ctx.begin().await?;
        let follow_up = match follow_up {
            Some(new) => Some(FollowUp::add(&mut tx, ctx, new).await?),
            None => None,
        };
        let demand_change = match demand_change {
            Some(new) => Some(DemandChange::add(&mut tx, ctx, new).await?),
            None => None,
        };
        tx.commit().await?;
        Ok(ContactReportCreatePayload { follow_up, demand_change })
    }
}
