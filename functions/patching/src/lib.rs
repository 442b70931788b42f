//! What Patch Manager should look like in an account and Region, what it does look like, and what is to be done about it.
//!
//! Everything here decides; nothing here talks to AWS, waits, reads a clock or the environment. The order of work is
//! [`policy`] (what the user wants, valid once parsed) and [`observed`] (what SSM reports) → [`plan`] (what to create,
//! update and delete, as data) → [`outcome`] (what the ledger holds and the report shows).

pub mod advice;
pub mod dhmc;
pub mod diff;
pub mod hosts;
pub mod ids;
pub mod input;
pub mod member_roles;
pub mod names;
pub mod observed;
pub mod openings;
pub mod outcome;
pub mod plan;
pub mod policy;
pub mod request;
pub mod settings;
pub mod summary;
pub mod targets;
pub mod token;
