//! What was done, in the shapes that the functions answer, the ledger holds and the report shows.

mod account;
mod dhmc;
mod progress;
mod region;
mod status;
mod told;
mod window;

pub use account::AccountOutcome;
pub use dhmc::{DhmcOutcome, DhmcStatus};
pub use progress::{Left, Progress};
pub use region::RegionOutcome;
pub use status::Status;
pub use told::{Caught, Failure, Reason, Warning};
pub use window::{WindowOutcome, WindowStatus};

#[cfg(test)]
mod tests;
