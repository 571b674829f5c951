mod contract;
mod eartip;
mod rongzi;
