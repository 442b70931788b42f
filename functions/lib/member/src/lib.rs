#![doc = include_str!("../README.md")]

pub mod dhmc;
pub mod ec2;
pub mod hosts;
mod iam;
pub mod progress;
pub mod sessions;
pub mod windows;
