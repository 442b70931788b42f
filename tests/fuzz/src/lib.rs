//! Fuzz targets for everything that comes in from outside: each takes any bytes, and panics when what has to hold does not.
//!
//! With a C++ compiler and cargo-fuzz, `CARGO_PROFILE_RELEASE_LTO=off cargo fuzz run --fuzz-dir tests/fuzz --features libfuzzer
//! --sanitizer none policy` looks for more. What it finds that reaches something new goes into `corpus`, which every test run goes
//! through; that needs neither.

use serde_json::{Value, from_slice};
use workflow::checks;

/// A target: a function of this crate.
pub type Target = fn(&[u8]);

/// The targets by name: one binary and one folder of `corpus` each.
pub const TARGETS: [(&str, Target); 5] = [
    ("input", input),
    ("organization_event", organization_event),
    ("policy", policy),
    ("schedule", schedule),
    ("stack_request", stack_request),
];

/// An execution's input.
pub fn input(bytes: &[u8]) {
    json(bytes, checks::input);
}

/// An event that EventBridge hands on.
pub fn organization_event(bytes: &[u8]) {
    json(bytes, checks::organization_event);
}

/// A policy.
pub fn policy(bytes: &[u8]) {
    json(bytes, checks::policy);
}

/// A schedule of a policy.
pub fn schedule(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes) {
        checks::schedule(text);
    }
}

/// CloudFormation's request.
pub fn stack_request(bytes: &[u8]) {
    json(bytes, checks::stack_request);
}

/// What is no JSON reaches none of them: the runtimes of Step Functions, `EventBridge` and Lambda read it first.
fn json(bytes: &[u8], check: fn(&Value)) {
    if let Ok(document) = from_slice(bytes) {
        check(&document);
    }
}
