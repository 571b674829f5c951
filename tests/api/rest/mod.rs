pub mod contract;
mod eartip;
pub mod grid;
mod grid_credit;
mod grid_customers;
mod grid_people;
mod ihk;
mod openapi;
mod rongzi;
