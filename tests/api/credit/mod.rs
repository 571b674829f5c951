mod adviser;
mod areas;
mod bank_product;
mod grid;
mod grid_parts;
