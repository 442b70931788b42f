//! An inspection of an organization, whole: how many hosts are patched, which will not be, and why.
//!
//! What was not looked at is never patched. It counts with as many hosts as an earlier inspection found there, and with one where none
//! ever could look: so the percentage is lower than it would be without it, and a person can repair that by making the place readable
//! or by taking it out of the scope. What a service control policy denies is no mistake that somebody has to repair: it is named, and no
//! host is made up there.

mod count;
mod earlier;
mod history;
mod inspection;
mod tally;
#[cfg(test)]
mod tests;
mod units;
mod waves;

pub use count::HostCount;
pub use earlier::Earlier;
pub use history::Past;
pub use inspection::{
    AccountCoverage, Coverage, Network, NotInspected, ReasonCount, RegionCoverage, UnitCount, WaveCount, WindowCount,
};
pub use tally::Tally;
