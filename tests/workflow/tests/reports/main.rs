//! The report's three files say what the ledger says, whatever the accounts are called.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod coverage;
mod ledger;
mod schema;
mod table;
