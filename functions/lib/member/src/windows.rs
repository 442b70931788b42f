//! The maintenance windows of one account and Region: reading them and making them what is wanted.

mod apply;
mod documents;
mod look;
mod observe;
mod rounds;
mod site;
mod write;

pub use documents::{DESCRIBING, KeptDocuments};
pub use observe::observe;
pub(crate) use observe::{carries, gone_is_none, identified, identities, targets, tasks, window};
pub use rounds::carry_out;
pub use site::Site;
