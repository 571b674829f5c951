pub mod contract;
mod eartip;
mod ihk;
mod openapi;
mod rongzi;
