pub mod contract;
mod eartip;
mod ihk;
mod rongzi;
