//! Is every host patched, and which will not be, and why?
//!
//! [`observation`] is what AWS says of one account and Region; [`judge`] gives each host in it one [`Verdict`] and all the
//! [`Reason`]s that hold; a [`Cell`] is what is kept of it, and [`HostTotals`] what a run counts.

mod advice;
mod cell;
pub mod coverage;
mod findings;
mod judge;
mod later;
pub mod observation;
mod opening;
mod platform;
mod subject;
mod target;
mod totals;
mod verdict;
mod windows;

pub use cell::{Baseline, Cell, Finding, Host, HostKind, LastResult, LastRun, Patch, Tag, WindowRun};
pub use judge::judge;
pub use platform::operating_system;
pub use totals::HostTotals;
pub use verdict::{Reason, Verdict};
