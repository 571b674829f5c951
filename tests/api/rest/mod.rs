mod contract;
mod ihk;
mod rongzi;
