//! What was done, in the shapes that the functions answer, the ledger holds and the report shows.

mod account;
mod caught;
mod dhmc;
mod failure;
mod progress;
mod reason;
mod region;
mod status;
mod warning;
mod window;

pub use account::AccountOutcome;
pub use caught::Caught;
pub use dhmc::{DhmcOutcome, DhmcStatus};
pub use failure::Failure;
pub use progress::{Left, Progress};
pub use reason::Reason;
pub use region::RegionOutcome;
pub use status::Status;
pub use warning::Warning;
pub use window::{WindowOutcome, WindowStatus};

#[cfg(test)]
mod tests;
