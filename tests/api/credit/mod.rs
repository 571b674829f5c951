mod adviser;
mod areas;
mod bank_product;
pub mod grid;
mod grid_parts;
pub mod holdings;
