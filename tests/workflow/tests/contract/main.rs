//! The definition, the templates and the functions are written apart and must fit: these tests hold them against each other.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers too")]

mod boundaries;
mod definition;
mod encryption;
mod errors;
mod names;
mod permissions;
mod picture;
mod policy;
mod reference;
mod rooms;
mod shapes;
mod stack;
