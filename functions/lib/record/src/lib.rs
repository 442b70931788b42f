#![doc = include_str!("../README.md")]

pub mod footprint;
pub mod hosts;
pub mod ledger;
pub mod object;
pub mod settled_names;
pub mod stack_answer;

pub use ledger::Ledger;
pub use object::ObjectKey;
