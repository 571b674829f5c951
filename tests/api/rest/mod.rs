pub mod contract;
mod eartip;
pub mod grid;
mod grid_credit;
mod grid_holdings;
mod ihk;
mod openapi;
mod rongzi;
