//! The business, cut by domain and never by legacy system; one file per entity.

pub mod credit;
pub mod customers;
pub mod engagement;
pub mod identity;
