//! Anything at all as a schedule of a policy.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::schedule(data));
