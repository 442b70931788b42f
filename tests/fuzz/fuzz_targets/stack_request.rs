//! Anything at all as what CloudFormation asks of the custom resource.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::stack_request(data));
