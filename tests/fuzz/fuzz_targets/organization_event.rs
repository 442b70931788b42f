//! Anything at all as an event about an account.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::organization_event(data));
