mod contract;
mod ihk;
mod rongzi;
mod eartip;
