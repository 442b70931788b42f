#![doc = include_str!("../README.md")]

pub mod advice;
pub mod approval;
pub mod dhmc;
pub mod diff;
pub mod documents;
pub mod hosts;
pub mod names;
pub mod observed;
pub mod openings;
pub mod outcome;
pub mod place;
pub mod plan;
pub mod request;
pub mod settings;
pub mod summary;
pub mod targets;
