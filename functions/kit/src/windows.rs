//! The maintenance windows of one account and Region: reading them and carrying out a plan.

mod apply;
mod documents;
mod observe;
mod write;

pub use apply::{Applied, apply};
pub use documents::hashes;
pub use observe::observe;
