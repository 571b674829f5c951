mod adviser;
mod adviser_opinion;
mod areas;
mod bank_product;
pub mod grid;
mod grid_parts;
pub mod holdings;
mod list_entry;
mod report_account;
