pub mod contract;
mod eartip;
mod grid;
mod grid_credit;
mod ihk;
mod openapi;
mod rongzi;
