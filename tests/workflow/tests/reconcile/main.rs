//! Observing, planning and applying against the SSM simulator, in one process: what a rollout leaves behind, and what it
//! costs.

mod crashes;
mod dhmc;
mod harness;
mod ownership;
mod repair;
mod set_up;
