//! The HTTP side.

use std::net::IpAddr;

/// Where a request comes from
#[derive(Clone, Copy, Debug)]
pub struct Client {
    pub address: IpAddr,
}
