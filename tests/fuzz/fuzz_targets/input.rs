//! Anything at all as an execution's input.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::input(data));
