//! Is every host patched, and which will not be, and why?
//!
//! [`observation`] is what AWS says of one account and Region; the judgement gives each host in it one [`Verdict`] and all the
//! [`Reason`]s that hold; a [`Cell`] is what is kept of it, and [`HostTotals`] what a run counts.

mod cell;
pub mod observation;
mod verdict;

pub use cell::{Baseline, Cell, Finding, Host, HostKind, HostTotals, LastResult, LastRun, Patch, WindowRun};
pub use verdict::{Reason, Verdict};
