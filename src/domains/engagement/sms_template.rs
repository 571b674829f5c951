//! Text that loan officers send by SMS (rongzi 短信模板).
//!
//! Table `sms_templates`.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use crate::{
    auth::{Manager, Realm, Staff, Viewer},
    db::{Cols as _, Conn, Id, Run as _, Time, Where, tables::sms_templates},
    domains::identity::AuditEntry,
    entity,
    error::AppResult,
    graphql::{Connection, ContextExt, Entity, Page, PageInput, entity::Visible, input, page, scalars::Long},
    payload,
};

/// Text that loan officers send by SMS
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = sms_templates)]
#[graphql(complex)]
pub struct SmsTemplate {
    /// Opaque global id
    pub id: Id<SmsTemplate>,
    /// Title, shown in the choice of templates
    pub title: String,
    /// Text of the message
    pub content: String,
    /// When it was created
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// A new template
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = sms_templates)]
pub struct SmsTemplateCreateInput {
    /// Title
    title: String,
    /// Text of the message
    content: String,
}

/// Changes of a template; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct SmsTemplateUpdateInput {
    /// Title
    title: Option<String>,
    /// Text of the message
    content: Option<String>,
}

payload! {
    /// The new template
    SmsTemplateCreatePayload { sms_template: SmsTemplate }
    /// The changed template
    SmsTemplateUpdatePayload { sms_template: SmsTemplate }
    /// The deleted template
    SmsTemplateDeletePayload { sms_template: SmsTemplate }
}

entity!(SmsTemplate, sms_templates, asc);

impl Visible for SmsTemplate {
    type Table = sms_templates::table;

    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Loan))
    }
}

impl SmsTemplateCreateInput {
    fn check(&self) -> AppResult<()> {
        input::name("title", &self.title, input::NAME)?;
        input::name("content", &self.content, input::TEXT)
    }
}

impl SmsTemplateUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.title.as_ref().map_or(Ok(()), |title| input::name("title", title, input::NAME))?;
        self.content.as_ref().map_or(Ok(()), |content| input::name("content", content, input::TEXT))
    }
}

impl SmsTemplate {
    async fn create(conn: &mut Conn, new: SmsTemplateCreateInput) -> QueryResult<SmsTemplate> {
        let now = Time::now();
        diesel::insert_into(sms_templates::table)
            .values((new, sms_templates::created_at.eq(now), sms_templates::updated_at.eq(now)))
            .returning(SmsTemplate::cols())
            .one(conn)
            .await
    }

    async fn update(conn: &mut Conn, id: Id<SmsTemplate>, change: SmsTemplateUpdateInput) -> QueryResult<SmsTemplate> {
        diesel::update(sms_templates::table.filter(sms_templates::id.eq(id)))
            .set((
                change.title.map(|value| sms_templates::title.eq(value)),
                change.content.map(|value| sms_templates::content.eq(value)),
                sms_templates::updated_at.eq(Time::now()),
            ))
            .returning(SmsTemplate::cols())
            .one(conn)
            .await
    }

    async fn delete(conn: &mut Conn, id: Id<SmsTemplate>) -> QueryResult<usize> {
        diesel::delete(sms_templates::table.filter(sms_templates::id.eq(id))).run(conn).await
    }
}

#[ComplexObject]
impl SmsTemplate {
    /// Number of the row in its table
    async fn database_id(&self) -> Long {
        self.id.into()
    }
}

#[derive(Default)]
pub struct SmsTemplateQuery;

#[Object]
impl SmsTemplateQuery {
    /// One SMS template
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn sms_template(&self, ctx: &Context<'_>, id: Id<SmsTemplate>) -> AppResult<Option<SmsTemplate>> {
        ctx.load(id).await
    }

    /// SMS templates by number
    #[graphql(guard = "Staff(Realm::Loan)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn sms_templates(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<SmsTemplate>> {
        ctx.list(Page::new(ctx, first, after, last, before, page)?, Where::default).await
    }
}

#[derive(Default)]
pub struct SmsTemplateMutation;

#[Object]
impl SmsTemplateMutation {
    /// Creates an SMS template; for managers
    #[graphql(guard = "Manager(Realm::Loan)")]
    async fn sms_template_create(
        &self,
        ctx: &Context<'_>,
        input: SmsTemplateCreateInput,
    ) -> AppResult<SmsTemplateCreatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let sms_template = SmsTemplate::create(&mut tx, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&sms_template)).await?;
        tx.commit().await?;
        Ok(SmsTemplateCreatePayload { sms_template })
    }

    /// Changes an SMS template; for managers
    #[graphql(guard = "Manager(Realm::Loan)")]
    async fn sms_template_update(
        &self,
        ctx: &Context<'_>,
        id: Id<SmsTemplate>,
        input: SmsTemplateUpdateInput,
    ) -> AppResult<SmsTemplateUpdatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let before = SmsTemplate::find(&mut tx, ctx.viewer()?, id).await?;
        let sms_template = SmsTemplate::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&sms_template)).await?;
        tx.commit().await?;
        Ok(SmsTemplateUpdatePayload { sms_template })
    }

    /// Deletes an SMS template; for managers
    #[graphql(guard = "Manager(Realm::Loan)")]
    async fn sms_template_delete(&self, ctx: &Context<'_>, id: Id<SmsTemplate>) -> AppResult<SmsTemplateDeletePayload> {
        let mut tx = ctx.begin().await?;
        let sms_template = SmsTemplate::find(&mut tx, ctx.viewer()?, id).await?;
        SmsTemplate::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&sms_template), None).await?;
        tx.commit().await?;
        Ok(SmsTemplateDeletePayload { sms_template })
    }
}
