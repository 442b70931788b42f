//! A local AWS to run the whole project on: an organization, IAM enforced, the real functions, templates and definition.
//!
//! [`LocalAws::start`] makes everything ready; dropped, it ends every process that it started.

mod aws_cli;
mod bare;
mod build;
mod clients;
mod command;
mod dead_letters;
pub mod demo;
mod deployment;
mod error;
mod executions;
pub mod fleets;
mod folder;
mod functions;
mod history;
mod local_aws;
mod lock;
mod logs;
mod members;
mod ministack;
mod names;
mod options;
mod organization;
mod process;
mod progress;
mod run;
mod script;
mod simulator;
mod stack;
mod tree;
mod usage;
mod venv;
mod workspace;

pub use bare::BareAws;
pub use clients::{Clients, MANAGEMENT_KEY};
pub use dead_letters::DeadLetter;
pub use deployment::Deployment;
pub use error::{Error, Result};
pub use functions::{FunctionZip, build_release};
pub use history::{ExecutionHistory, History};
pub use local_aws::LocalAws;
pub use logs::Logs;
pub use options::{ACCOUNT_CONCURRENCY, OPT_IN_REGION, Options, REGION_CONCURRENCY, REGIONS};
pub use organization::{Account, Condition, Organization};
pub use progress::Progress;
pub use run::RunResult;
pub use script::Script;
pub use usage::Usage;
pub use venv::Venv;
pub use workspace::Workspace;
