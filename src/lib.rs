//! Quintet: one GraphQL API over five customer systems, and every legacy URL on top of it.

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod db;
pub mod demo;
pub mod domains;
pub mod error;
pub mod files;
pub mod graphql;
pub mod ocr;
pub mod rest;
pub mod schema;
pub mod seed;
pub mod server;
