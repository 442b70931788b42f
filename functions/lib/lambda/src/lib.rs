#![doc = include_str!("../README.md")]

pub mod call;
pub mod clients;
pub mod env;
mod invocation;
pub mod logs;
pub mod named_error;
pub mod query;
pub mod serve;

/// Why a function could not start.
pub use lambda_runtime::Error as RuntimeError;

pub use aws_config::SdkConfig;
pub use call::{CallError, Cause};
pub use named_error::NamedError;
pub use serve::serve;
