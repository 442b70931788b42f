//! How large the organization is, and how slow.

/// The Regions that every account has enabled, the home Region first.
pub const REGIONS: [&str; 17] = [
    "eu-west-1",
    "us-east-1",
    "ap-southeast-2",
    "eu-central-1",
    "us-west-2",
    "ap-northeast-1",
    "sa-east-1",
    "ca-central-1",
    "ap-south-1",
    "eu-north-1",
    "us-east-2",
    "eu-west-2",
    "ap-southeast-1",
    "eu-west-3",
    "us-west-1",
    "ap-northeast-2",
    "ap-northeast-3",
];

/// The Region that one account has opted in to and all others have not.
pub const OPT_IN_REGION: &str = "af-south-1";

/// The organizational unit to which [`Options::denies_region`] denies a Region.
pub(crate) const DENIED_UNIT: &str = "Test";

/// How many accounts the state machine works on at once, and how many Regions of each: what keeps two cores busy without
/// making invocations wait for each other.
pub const ACCOUNT_CONCURRENCY: u32 = 8;
/// See [`ACCOUNT_CONCURRENCY`].
pub const REGION_CONCURRENCY: u32 = 4;

/// What to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Member accounts, those that cannot be worked in included.
    pub accounts: usize,
    /// Regions in scope that every account has enabled; one account has one more.
    pub regions: usize,
    /// What each SSM call takes at least, in milliseconds.
    pub latency_ms: u64,
    /// Member accounts without the member role.
    pub failing: usize,
    /// Whether a service control policy denies the second Region to one organizational unit.
    pub denies_region: bool,
    /// Hosts that are made up for an inspection.
    pub hosts: usize,
    /// Decides names, which accounts get which fate, and what hosts are like.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { accounts: 8, regions: 3, latency_ms: 0, failing: 1, denies_region: false, hosts: 400, seed: 1 }
    }
}
