//! Quintet: one GraphQL API over five customer systems, and every legacy URL on top of it.
//!
//! | module | what is there |
//! |---|---|
//! | [`domains`] | the business, one file or folder for each entity: [`identity`](domains::identity) (accounts, staff, roles, branches), [`customers`](domains::customers), [`engagement`](domains::engagement) (messages, calls, follow-ups, contracts), [`credit`](domains::credit) (grids, bank products) |
//! | [`graphql`] | the kit that entities are made with: `entity!`, loaders, lists with cursors, scalars, rules for inputs |
//! | [`schema`] | the domains merged into one GraphQL schema, with its limits; `node` |
//! | [`rest`] | legacy URLs as GraphQL documents: `rest/<system>/*.graphql`, what differs per system, OpenAPI files |
//! | [`server`] | HTTP: routes, the GraphQL endpoint, uploads and files, pages, limits, metrics |
//! | [`auth`] | who asks and may he: tokens, passwords, viewers, areas of the bank, guards; knows no table |
//! | [`db`] | SQLite and PostgreSQL behind one connection type; predicates, orders and the few expressions of our own |
//! | [`events`] | what writes announce, from their commit to the subscribers on every server |
//! | [`files`] | uploaded files: what they may be, and where they lie |
//! | [`outside`] | services of others that this one asks over HTTP |
//! | [`app`], [`config`], [`error`], [`meters`], [`trace`] | what every request shares; every setting; what can go wrong; metrics by words; traces over OTLP |
//! | [`cli`], [`demo`], [`seed`] | the program's commands; data to look at; data to measure with |
//!
//! Dependencies point one way: `server, rest → schema → domains → graphql, auth → db`.
//!
//! A request: [`server::router`] → [`server::endpoint`] (or [`rest::engine`], which makes GraphQL of a legacy URL) →
//! [`schema::perform`], which takes its cost from the viewer's [`budget`](auth::budget) → a root field in a domain's `root.rs`: its guard, one transaction where it writes, the row rules
//! ([`Visible`](graphql::entity::Visible)), SQL → relations through the [`loaders`](graphql::entity::Loads).

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod db;
pub mod demo;
pub mod domains;
pub mod error;
pub mod events;
pub mod files;
pub mod graphql;
pub mod meters;
pub mod ocr;
pub mod outside;
pub mod rest;
pub mod schema;
pub mod seed;
pub mod server;
pub mod tls;
pub mod trace;
