//! What the rules take from a bus, and what they make of it. The samples are in `fixtures/events`: Organizations, Control Tower
//! and Step Functions events as AWS documents them, with what is much like them and must not start anything.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod patterns;
mod rules;
mod targets;
