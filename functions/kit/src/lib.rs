//! The edge of every function: the one crate that knows the Lambda runtime and builds AWS clients.
//!
//! A function's `main` reads its settings with [`env`], builds its clients with [`clients`] or [`member`], and hands
//! both to [`serve`]. What two functions do with AWS is here as well: [`windows`] and
//! [`dhmc`], [`footprint`], [`ledger`], [`object`], [`settled_names`] and [`stack_answer`].

pub mod call;
pub mod clients;
pub mod dhmc;
pub mod ec2;
pub mod env;
pub mod footprint;
pub mod ledger;
pub mod logs;
pub mod member;
pub mod named_error;
pub mod object;
pub mod progress;
pub mod query;
pub mod serve;
pub mod settled_names;
pub mod stack_answer;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod windows;

/// Why a function could not start.
pub use lambda_runtime::Error as RuntimeError;

pub use aws_config::SdkConfig;
pub use call::{CallError, CallFailure};
pub use named_error::NamedError;
pub use object::ObjectKey;
pub use serve::serve;
/// For [`named_error!`].
pub use strum::VariantNames;
