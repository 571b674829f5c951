//! Who asks, and may they: tokens, passwords, viewers, guards. This module knows no table.

pub mod guard;
pub mod jwt;
pub mod password;
pub mod viewer;

pub use guard::{Administrator, Manager, SignedIn, Staff};
pub use viewer::{Realm, Sight, Viewer};
