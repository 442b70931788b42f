//! What holds for the plan of every policy and every account.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod filters;
mod found;
mod model;
mod properties;
mod schedules;
