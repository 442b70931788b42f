//! Every parameter of the control plane: what it allows, what it reaches, and what it goes with.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod allowed;
mod documented;
mod groups;
mod parent;
mod reach;
mod rules;
