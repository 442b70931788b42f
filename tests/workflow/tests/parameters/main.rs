//! Every parameter of the control plane: what it allows, what it reaches, and what it goes with.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod allowed;
mod groups;
mod reach;
mod rules;
