mod contract;
mod eartip;
