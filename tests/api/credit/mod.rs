mod adviser;
mod bank_product;
mod grid;
mod grid_parts;
