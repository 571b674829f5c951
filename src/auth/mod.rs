//! Who asks, and may they: tokens, passwords, secrets, viewers, guards. This module knows no table.

pub mod area;
pub mod bank;
pub mod budget;
pub mod guard;
pub mod jwt;
pub mod password;
pub mod vault;
pub mod viewer;

pub use area::{Area, Areas};
pub use bank::{BankRights, BankSight};
pub use guard::{Administrator, Manager, May, SignedIn, Staff};
pub use viewer::{Realm, Sight, Viewer};
