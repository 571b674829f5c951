//! The database: one binary, two engines (SQLite and PostgreSQL), every query written once in plain Diesel.
//!
//! [`conn`] opens pools, [`tx`] transactions, [`run`] ends queries with `.all / .one / .opt / .run` on either engine,
//! [`filter`] holds predicates collected at run time, [`order`] the keyset order of lists, [`select`] the query behind
//! every list and look-up, [`tree`] rows that stand one below another, [`sql`] the few expressions that Diesel lacks,
//! [`types`] column types, [`statement`] what the metrics know of a query, [`migrate`] and [`tables`] the tables themselves. [`pg`] connects to PostgreSQL.

pub mod conn;
pub mod filter;
pub mod listen;
pub mod migrate;
pub mod order;
pub mod pg;
pub mod run;
pub mod select;
pub mod sql;
pub mod statement;
pub mod tables;
pub mod tree;
pub mod tx;
pub mod types;

pub use conn::{Conn, Db};
pub use filter::{Inside, Where};
pub use run::{Cols, Frag, Run};
pub use tx::Tx;
pub use types::{Day, Decimal, Id, Money, Rate, Secret, Time};
