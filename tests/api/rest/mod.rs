pub mod contract;
mod eartip;
mod grid;
mod ihk;
mod rongzi;
