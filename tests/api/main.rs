//! Every test of behaviour, through the front door, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may")]

mod app;
mod bank;
mod estate;
mod loan;
mod ocr;
mod postgres;
mod service;
mod sheet;
mod waiting;

mod cli;
mod cost;
mod credit;
mod customers;
mod engagement;
mod house;
mod http;
mod identity;
mod known;
mod limit;
mod live;
mod lookups;
mod migrations;
mod observe;
mod pages;
mod rest;
mod rules;
mod schema;
mod security;
mod sql;
mod storage;
mod tls;
mod trace;
