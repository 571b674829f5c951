mod contract;
mod rongzi;
