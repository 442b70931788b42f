#![doc = include_str!("../README.md")]

mod account;
mod additions;
mod admin;
mod authorization;
mod baselines;
mod builder;
mod calls;
mod client;
mod config;
mod derive;
mod dispatch;
mod documents;
mod error;
mod faults;
mod history;
mod hosts;
mod identity;
mod lag;
mod model;
mod next_run;
mod operation;
mod pages;
mod permissions;
mod play;
mod policies;
mod protocol;
mod query;
mod request;
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
pub use baselines::Baseline;
pub use builder::{Builder, StartError};
pub use calls::{Call, CallCounts, Calls};
pub use client::{Admin, AdminError};
pub use config::{Config, ConfigChange};
pub use error::ServiceError;
pub use faults::{Fault, Faults, ScriptedFault};
pub use hosts::{
    Conduct, Event, Fleet, Happening, Host, Instance, InstanceState, MetadataOptions, Mistakes, Node, Operator,
    PatchOperation, PatchState, PingStatus, PlatformType, RebootOption, Response,
};
pub use lag::Lag;
pub use model::{ModelError, model_in_virtual_environment};
pub use operation::Operation;
pub use play::{Fate, Night, Play, Truth};
pub use settings::DHMC_SETTING;
pub use simulator::Simulator;
pub use snapshot::{RegionSnapshot, Snapshot, WindowSnapshot};
