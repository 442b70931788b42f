//! Observing, planning and applying against the SSM simulator, in one process: what a rollout leaves behind, and what it
//! costs.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod concurrency;
mod crashes;
mod dhmc;
mod documents;
mod failures;
mod full;
mod lagging;
mod left_out;
mod ownership;
mod plans;
mod repair;
mod set_up;
