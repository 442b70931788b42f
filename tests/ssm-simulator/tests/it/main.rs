//! The simulator on the wire: through the SDK, through its own interface, and as a program.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod admin;
mod calls;
mod faults;
mod hosts;
mod program;
mod service_control;
mod setup;
mod upstream;
mod virtual_environment;
mod wire;
