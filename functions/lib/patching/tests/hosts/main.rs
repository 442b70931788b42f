//! What is said of hosts: each reason by example, with its neighbours, and what holds of all by property.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod advice;
mod arbitrary;
mod filters;
mod given;
mod lists;
mod missed;
mod openings;
mod own_documents;
mod patches;
mod platform;
mod properties;
mod reach;
mod registered;
mod runs;
mod tags;
mod totals;
mod windows;
