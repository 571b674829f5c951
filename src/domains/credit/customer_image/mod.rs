//! Picture of a customer's papers (客户影像资料): his identity card, what he owns, the contract (合同) and the form of an
//! interview (面签表) …
//!
//! Table `customer_images`; the bytes lie in the object store and stay there when a picture is marked deleted, which is
//! how one goes or is replaced. It stands in this domain, not beside the customers: interviews show which pictures they
//! have, and the domain of the customers does not look at interviews. A picture is of somebody whom the viewer knows as a
//! customer, or of an interview; it belongs to the grid of that.

pub mod fields;
pub mod root;
pub mod sql;

use async_graphql::{InputObject, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::root::{CustomerImageMutation, CustomerImageQuery};
use super::{CreditInterview, credit_interview::InterviewPaper};
use crate::{
    auth::{Area, Viewer},
    codes,
    db::{Id, Time, Where, tables::customer_images},
    domains::{credit::Grid, identity::BankStaff},
    entity,
    error::AppResult,
    graphql::{
        entity::Visible,
        input::{self, id_number_key, refuse},
    },
    payload,
};

codes! {
    /// What a picture shows (legacy type)
    pub enum ImageKind {
        /// Who the customer is (legacy 1 基本信息)
        Identity = 1,
        /// Front of the identity card (legacy 1.1 身份证正面)
        IdCardFront = 11 "1.1",
        /// Back of the identity card (legacy 1.2 身份证背面)
        IdCardBack = 12 "1.2",
        /// What the customer owns (legacy 2 资产信息)
        Assets = 2,
        /// The customer's business (legacy 3 经营信息)
        Business = 3,
        /// How a loan comes about (legacy 4 贷款流程信息)
        Loan = 4,
        /// Contract of a loan, of an interview (legacy 4.1 合同)
        Contract = 41 "4.1",
        /// Signed form of an interview (legacy 4.2 面签表)
        InterviewForm = 42 "4.2",
        /// Securities (legacy 5 押品信息)
        Security = 5,
        /// Anything else (legacy 6 其他信息)
        Other = 6,
    }
}

impl ImageKind {
    /// The paper that an interview tells it has, where it is one
    pub const fn paper(self) -> Option<InterviewPaper> {
        match self {
            ImageKind::Contract => Some(InterviewPaper::Contract),
            ImageKind::InterviewForm => Some(InterviewPaper::Form),
            _ => None,
        }
    }
}

/// Picture of a customer's papers
#[derive(Clone, Debug, Queryable, Selectable, Insertable, SimpleObject, Serialize)]
#[diesel(table_name = customer_images, treat_none_as_default_value = false)]
#[graphql(complex)]
pub struct CustomerImage {
    /// Opaque global id
    #[diesel(skip_insertion)]
    pub id: Id<CustomerImage>,
    /// Grid of the customer, or of the interview
    pub grid_id: Id<Grid>,
    /// Interview that it belongs to (legacy creditDetailld)
    pub interview_id: Option<Id<CreditInterview>>,
    /// Employee who uploaded it (legacy uploadAccountld); null for an administrator who is no employee
    pub uploader_id: Option<Id<BankStaff>>,
    /// Name of the customer, as whoever uploaded it wrote it
    pub customer_name: String,
    #[graphql(skip)]
    pub id_number: String,
    /// What it shows (legacy type)
    pub kind: ImageKind,
    /// What it is, as its content tells: "image/jpeg", "image/png" or "application/pdf"
    pub content_type: String,
    #[graphql(skip)]
    pub size: i64,
    #[graphql(skip)]
    pub location: String,
    #[graphql(skip)]
    pub is_deleted: bool,
    /// When it was uploaded
    pub created_at: Time,
    #[graphql(skip)]
    pub updated_at: Time,
}

/// Which pictures
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerImageFilter {
    /// Of the customer with exactly this id number
    id_number: Option<String>,
    /// That show this
    kind: Option<ImageKind>,
    /// Of this interview
    interview_id: Option<Id<CreditInterview>>,
    /// Of this grid
    grid_id: Option<Id<Grid>>,
}

/// A new picture
#[derive(Clone, Debug, InputObject)]
pub struct CustomerImageUploadInput {
    /// Grid of the customer, or of the interview, or
    grid_id: Option<Id<Grid>>,
    /// its code
    grid_code: Option<String>,
    /// Name of the customer, 50 characters at the most
    customer_name: String,
    /// Whole id number of the customer
    id_number: String,
    /// What it shows
    kind: ImageKind,
    /// Interview that it belongs to; needed for CONTRACT and INTERVIEW_FORM
    interview_id: Option<Id<CreditInterview>>,
    /// Employee who uploads it: whoever asks, and nobody else
    uploader_id: Option<Id<BankStaff>>,
}

payload! {
    /// The new picture
    CustomerImageUploadPayload { customer_image: CustomerImage }
    /// The deleted picture
    CustomerImageDeletePayload { customer_image: CustomerImage }
}

entity!(CustomerImage, customer_images, asc);

impl Visible for CustomerImage {
    type Table = customer_images::table;
    const AREA: Option<Area> = Some(Area::Images);

    /// Whoever sees the grid; nobody sees what is marked deleted
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Grid::seen(viewer, |grids| Where::default().and(customer_images::grid_id.eq_any(grids)))
            .and(customer_images::is_deleted.eq(false))
    }
}

impl CustomerImageFilter {
    fn wanted(&self) -> Where<customer_images::table> {
        Where::default()
            .maybe(self.id_number.as_deref().map(id_number_key), |number| customer_images::id_number.eq(number))
            .maybe(self.kind, |kind| customer_images::kind.eq(kind))
            .maybe(self.interview_id, |interview| customer_images::interview_id.eq(interview))
            .maybe(self.grid_id, |grid| customer_images::grid_id.eq(grid))
    }
}

impl CustomerImageUploadInput {
    fn check(&self) -> AppResult<()> {
        input::name("customerName", &self.customer_name, 50)?;
        input::name("idNumber", &self.id_number, 20)?;
        match self.kind.paper().is_some() && self.interview_id.is_none() {
            true => Err(refuse("interviewId", "Needed for a contract and for the form of an interview")),
            false => Ok(()),
        }
    }
}
