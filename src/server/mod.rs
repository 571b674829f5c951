//! The HTTP side.

use std::net::IpAddr;

/// Where a request comes from
#[derive(Clone, Debug)]
pub struct Client {
    pub address: IpAddr,
    /// Host and port as the client wrote them
    pub host: Option<String>,
}
