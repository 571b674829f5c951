//! What is read and written of pictures, and what interviews tell of them.

use diesel::prelude::*;

use super::{CustomerImage, CustomerImageUploadInput, ImageKind};
use crate::{
    auth::Viewer,
    db::{Cols as _, Conn, Id, Run as _, Time, Where, sql::Alike, tables::customer_images},
    domains::{
        credit::{CreditInterview, Grid},
        customers::BankCustomer,
        identity::BankStaff,
    },
    error::{AppError, AppResult},
    graphql::{
        Entity, Link, Relation,
        input::{id_number_key, refuse},
    },
};

/// Most pictures of one kind of a person, and most bytes of them together: legacy clients get all of them in one answer
const MOST: i64 = 40;
const MOST_BYTES: i64 = 40 << 20;

impl CustomerImage {
    pub const OF_GRID: Relation<CustomerImage> =
        Relation { column: customer_images::grid_id::NAME, parent: |image| Some(image.grid_id.number) };

    pub const OF_INTERVIEW: Relation<CustomerImage> = Relation {
        column: customer_images::interview_id::NAME,
        parent: |image| image.interview_id.map(|it| it.number),
    };

    pub const OF_UPLOADER: Relation<CustomerImage> =
        Relation { column: customer_images::uploader_id::NAME, parent: |image| image.uploader_id.map(|it| it.number) };

    pub const CUSTOMER: Link<BankCustomer> =
        Link::new("images_customers", |ids| Alike::pairs("customer_images", "bank_customers", "id_number", ids));

    pub const OF_CUSTOMER: Link<CustomerImage> =
        Link::new("customers_images", |ids| Alike::kept("bank_customers", "customer_images", "id_number", ids));

    /// What the input says of a picture, once all of it is found to be so; the file is still to come
    pub(super) async fn new(
        conn: &mut Conn,
        viewer: &Viewer,
        input: CustomerImageUploadInput,
    ) -> AppResult<CustomerImage> {
        let uploader_id = BankStaff::asking(viewer);
        if input.uploader_id.is_some_and(|named| Some(named) != uploader_id) {
            return Err(AppError::forbidden("Whoever uploads a picture is who asks, and nobody else"));
        }
        let id_number = id_number_key(&input.id_number);
        let grid = Grid::of_input(conn, viewer, input.grid_id, input.grid_code.as_deref()).await?;
        let place = match input.interview_id {
            Some(id) => {
                let interview = CreditInterview::named(conn, viewer, "interviewId", id).await?;
                if interview.id_number != id_number {
                    return Err(refuse("interviewId", "It is about somebody else"));
                }
                Some(interview.grid_id)
            }
            None => {
                let customer = BankCustomer::by_id_number(conn, viewer, &id_number).await?;
                customer.ok_or_else(|| refuse("idNumber", "No such BankCustomer"))?.grid_id
            }
        };
        if place.is_some_and(|place| place != grid.id) {
            let field = if input.grid_id.is_some() { "gridId" } else { "gridCode" };
            return Err(refuse(field, "Not the grid of the customer, or of the interview"));
        }
        let now = Time::now();
        Ok(CustomerImage {
            id: Id::new(0),
            grid_id: grid.id,
            interview_id: input.interview_id,
            uploader_id,
            customer_name: input.customer_name,
            id_number,
            kind: input.kind,
            content_type: String::new(),
            size: 0,
            location: String::new(),
            is_deleted: false,
            created_at: now,
            updated_at: now,
        })
    }

    /// Refuses to change whom an interview is about as long as it has pictures of him
    pub async fn none_of_interview(conn: &mut Conn, interview: Id<CreditInterview>) -> AppResult<()> {
        let wanted = Where::default().and(customer_images::interview_id.eq(interview));
        match CustomerImage::count(conn, wanted.and(customer_images::is_deleted.eq(false))).await? {
            0 => Ok(()),
            _ => Err(refuse("idNumber", "There are pictures of this person already")),
        }
    }

    /// Refuses one more where there are too many of its kind; the table is locked
    pub(super) async fn fits(&self, conn: &mut Conn) -> AppResult<()> {
        let alike = CustomerImage::kept(self.kind).and(customer_images::id_number.eq(self.id_number.clone()));
        let others = CustomerImage::fetch(conn, alike, CustomerImage::ORDER.first(MOST)).await?;
        let bytes: i64 = others.iter().map(|image| image.size).sum();
        if i64::try_from(others.len()) == Ok(MOST) || bytes + self.size > MOST_BYTES {
            let most = format!("At most {MOST} pictures of one kind, and {MOST_BYTES} bytes: delete one first");
            return Err(AppError::bad_input("file", most));
        }
        Ok(())
    }

    pub(super) async fn create(conn: &mut Conn, new: CustomerImage) -> QueryResult<CustomerImage> {
        diesel::insert_into(customer_images::table).values(new).returning(CustomerImage::cols()).one(conn).await
    }

    /// Marks a picture deleted, unless somebody else did so meanwhile
    pub(super) async fn delete(conn: &mut Conn, id: Id<CustomerImage>) -> AppResult<CustomerImage> {
        let kept = customer_images::table.filter(customer_images::id.eq(id));
        let deleted: Option<CustomerImage> = diesel::update(kept.filter(customer_images::is_deleted.eq(false)))
            .set((customer_images::is_deleted.eq(true), customer_images::updated_at.eq(Time::now())))
            .returning(CustomerImage::cols())
            .opt(conn)
            .await?;
        deleted.ok_or_else(|| AppError::not_found(CustomerImage::NAME))
    }

    fn kept(kind: ImageKind) -> Where<customer_images::table> {
        Where::default().and(customer_images::kind.eq(kind)).and(customer_images::is_deleted.eq(false))
    }

    /// Lets the interviews of these pictures tell whether they have such pictures. Telling first and looking then makes
    /// of two who do so at once one who looks last: the row of the interview is theirs until they commit.
    pub(super) async fn attach(conn: &mut Conn, images: &[&CustomerImage]) -> AppResult<()> {
        let mut told: Vec<_> =
            images.iter().filter_map(|image| Some((image.interview_id?, image.kind, image.kind.paper()?))).collect();
        // In the order of their numbers, so that nobody waits for somebody who waits for him.
        told.sort_unstable_by_key(|(interview, kind, _)| (*interview, kind.code()));
        told.dedup_by_key(|(interview, kind, _)| (*interview, *kind));
        for (interview, kind, paper) in told {
            CreditInterview::attach(conn, interview, paper, false).await?;
            let there = CustomerImage::kept(kind).and(customer_images::interview_id.eq(interview));
            if !CustomerImage::fetch(conn, there, CustomerImage::ORDER.first(1)).await?.is_empty() {
                CreditInterview::attach(conn, interview, paper, true).await?;
            }
        }
        Ok(())
    }
}
