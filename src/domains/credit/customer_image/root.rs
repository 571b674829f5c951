//! Root fields about pictures of customers.

use async_graphql::{Context, Object};

use super::{
    CustomerImage, CustomerImageDeletePayload, CustomerImageFilter, CustomerImageUploadInput,
    CustomerImageUploadPayload,
};
use crate::{
    auth::{Area, May},
    db::Id,
    domains::engagement::CustomerEvent,
    error::{AppError, AppResult},
    files::{Checked, Placed},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, page, scalars::File},
};

#[derive(Default)]
pub struct CustomerImageQuery;

#[Object]
impl CustomerImageQuery {
    /// One picture of a customer
    #[graphql(guard = "May(Area::Images)")]
    async fn customer_image(&self, ctx: &Context<'_>, id: Id<CustomerImage>) -> AppResult<Option<CustomerImage>> {
        ctx.load(id).await
    }

    /// Pictures of customers by number, but for those marked deleted
    #[graphql(guard = "May(Area::Images)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn customer_images(
        &self,
        ctx: &Context<'_>,
        filter: Option<CustomerImageFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<CustomerImage>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct CustomerImageMutation;

#[Object]
impl CustomerImageMutation {
    /// Uploads a picture of a customer's papers, JPEG, PNG or PDF of at most 10 MB; of one kind at most 40 and 40 MB. An
    /// interview tells whether it has a contract and a form
    #[graphql(guard = "May(Area::Images)")]
    async fn customer_image_upload(
        &self,
        ctx: &Context<'_>,
        input: CustomerImageUploadInput,
        #[graphql(desc = "The file, by the GraphQL multipart request specification")] file: File,
        #[graphql(desc = "Picture of the same customer that it replaces, which is marked deleted")] replaces_id: Option<
            Id<CustomerImage>,
        >,
    ) -> AppResult<CustomerImageUploadPayload> {
        input.check()?;
        let upload = file.open(ctx)?;
        let viewer = ctx.viewer()?;
        // Nothing is kept of who may not upload it; what is found here is looked at once more below.
        let mut conn = ctx.read().await?;
        CustomerImage::new(&mut conn, viewer, input.clone()).await?;
        if let Some(id) = replaces_id {
            CustomerImage::find(&mut conn, viewer, id).await?;
        }
        drop(conn);
        let file = tokio::task::spawn_blocking(|| Checked::scan(upload)).await.map_err(AppError::internal)??;
        let placed = Placed::new(ctx.app(), "customers", file.content.clone()).await?;
        let mut tx = ctx.begin().await?;
        tx.lock("customer_images").await?;
        let new = CustomerImage {
            content_type: file.content_type.to_owned(),
            size: i64::try_from(file.content.len()).unwrap_or(i64::MAX),
            location: placed.location().to_owned(),
            ..CustomerImage::new(&mut tx, viewer, input).await?
        };
        let replaced = match replaces_id {
            Some(id) => {
                let before = CustomerImage::find(&mut tx, viewer, id).await?;
                if before.id_number != new.id_number {
                    return Err(AppError::bad_input("replacesId", "It is a picture of somebody else"));
                }
                Some((CustomerImage::delete(&mut tx, id).await?, before))
            }
            None => None,
        };
        new.fits(&mut tx).await?;
        let customer_image = CustomerImage::create(&mut tx, new).await?;
        let mut touched = vec![&customer_image];
        touched.extend(replaced.as_ref().map(|(after, _)| after));
        CustomerImage::attach(&mut tx, &touched).await?;
        let mut changes = vec![(None, Some(&customer_image))];
        changes.extend(replaced.as_ref().map(|(after, before)| (Some(before), Some(after))));
        CustomerEvent::record_all(&mut tx, ctx, changes).await?;
        // If the answer to COMMIT is lost, a file without a row is the lesser harm.
        placed.keep();
        tx.commit().await?;
        Ok(CustomerImageUploadPayload { customer_image })
    }

    /// Marks a picture deleted: nobody sees it any more
    #[graphql(guard = "May(Area::Images)")]
    async fn customer_image_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<CustomerImage>,
    ) -> AppResult<CustomerImageDeletePayload> {
        let mut tx = ctx.begin().await?;
        let before = CustomerImage::find(&mut tx, ctx.viewer()?, id).await?;
        let customer_image = CustomerImage::delete(&mut tx, id).await?;
        CustomerImage::attach(&mut tx, &[&customer_image]).await?;
        CustomerEvent::record(&mut tx, ctx, Some(&before), Some(&customer_image)).await?;
        tx.commit().await?;
        Ok(CustomerImageDeletePayload { customer_image })
    }
}
