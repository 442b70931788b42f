//! Numbers and ids that follow from the seed, so that a failing run can be repeated.

/// A 64-bit hash of the parts: FNV-1a over all bytes, then mixed so that every bit depends on every other.
pub(crate) fn hash(seed: u64, parts: &[&str], number: u64) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
    let mut feed = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for part in parts {
        part.bytes().for_each(&mut feed);
        feed(0);
    }
    number.to_le_bytes().into_iter().for_each(&mut feed);
    mix(hash)
}

/// The finalizer of `SplitMix64`.
fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A number from 0 up to but without 1.
pub(crate) fn fraction(hash: u64) -> f64 {
    f64::from(u32::try_from(hash >> 32).unwrap_or(u32::MAX)) / (f64::from(u32::MAX) + 1.0)
}

/// An id in the form of a UUID.
pub(crate) fn uuid(seed: u64, parts: &[&str], number: u64) -> String {
    let high = hash(seed, parts, number);
    let low = mix(high ^ 0x9e37_79b9_7f4a_7c15);
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

/// `digits` hexadecimal digits, at most 32.
pub(crate) fn hex(seed: u64, parts: &[&str], number: u64, digits: usize) -> String {
    let high = hash(seed, parts, number);
    let mut text = format!("{high:016x}{:016x}", mix(high ^ 0x9e37_79b9_7f4a_7c15));
    text.truncate(digits);
    text
}
