//! All suites as one program: it is linked once, and what waits for timers in one does not keep another from the processors.
//!
//! `cargo test -p workflow lifecycle::` runs one of them.

#[path = "browser/main.rs"]
mod browser;
#[path = "contract/main.rs"]
mod contract;
#[path = "deployment/main.rs"]
mod deployment;
#[path = "end_to_end/main.rs"]
mod end_to_end;
#[path = "events/main.rs"]
mod events;
#[path = "guarantees/main.rs"]
mod guarantees;
#[path = "inspections/main.rs"]
mod inspections;
#[path = "lifecycle/main.rs"]
mod lifecycle;
#[path = "parameters/main.rs"]
mod parameters;
#[path = "planted/main.rs"]
mod planted;
#[path = "played/main.rs"]
mod played;
#[path = "reconcile/main.rs"]
mod reconcile;
#[path = "reports/main.rs"]
mod reports;
#[path = "script/main.rs"]
mod script;
#[path = "soak/main.rs"]
mod soak;
