#![doc = include_str!("../README.md")]

pub mod arbitrary;
mod server;

pub use server::{Asked, Server};
