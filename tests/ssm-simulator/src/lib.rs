#![doc = include_str!("../README.md")]

mod account;
mod admin;
mod authorization;
mod calls;
mod client;
mod config;
mod derive;
mod dispatch;
mod documents;
mod error;
mod faults;
mod identity;
mod model;
mod next_run;
mod operation;
mod pages;
mod permissions;
mod policies;
mod protocol;
mod schedule;
mod server;
mod settings;
mod shared;
mod simulator;
mod snapshot;
mod state;
mod tags;
mod targets;
mod tasks;
#[cfg(test)]
mod testing;
mod tokens;
mod upstream;
mod validate;
mod windows;

pub use account::DEFAULT_REGIONS;
pub use calls::{Call, CallCounts, Calls};
pub use client::Admin;
pub use config::{Config, ConfigChange};
pub use error::ServiceError;
pub use faults::{Fault, Faults, ScriptedFault};
pub use model::{ModelError, model_in_virtual_environment};
pub use operation::Operation;
pub use settings::DHMC_SETTING;
pub use simulator::{Builder, Simulator, StartError};
pub use snapshot::{RegionSnapshot, Snapshot, WindowSnapshot};
