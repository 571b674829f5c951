mod contract;
mod rongzi;
mod eartip;
