//! What the README guarantees, attacked: any account that a run may find, any call that may fail, any input that may come.
//!
//! `promises` has a test for each sentence of the README's list; the other modules are what those rest on.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "these are tests, their helpers too")]

mod expected;
mod faults;
mod found;
mod generated;
mod inputs;
mod kills;
mod logs;
mod promises;
mod readme;
mod sessions;
