//! Account names as an organization of this size would have them.

use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// Where an account belongs: the organizational unit's name, and its parent's unless that is the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unit {
    pub(crate) parent: Option<&'static str>,
    pub(crate) name: &'static str,
}

/// The organizational units, two levels of them.
pub(crate) const UNITS: [Unit; 6] = [
    unit(None, "Security"),
    unit(None, "Infrastructure"),
    unit(None, "Workloads"),
    unit(Some("Workloads"), "Production"),
    unit(Some("Workloads"), "Test"),
    unit(None, "Suspended"),
];

const fn unit(parent: Option<&'static str>, name: &'static str) -> Unit {
    Unit { parent, name }
}

/// What every organization has.
const PLATFORM: [(&str, usize); 5] =
    [("log-archive", 0), ("audit", 0), ("network", 1), ("shared-services", 1), ("backup", 1)];

const STAGES: [(&str, usize); 3] = [("prod", 3), ("staging", 4), ("dev", 4)];

const TEAMS: [&str; 32] = [
    "payments",
    "orders",
    "catalog",
    "search",
    "identity",
    "billing",
    "analytics",
    "data-lake",
    "mobile-api",
    "web-shop",
    "notifications",
    "inventory",
    "shipping",
    "fraud",
    "ledger",
    "support",
    "marketing",
    "media",
    "partner-api",
    "pricing",
    "returns",
    "loyalty",
    "forecasting",
    "telemetry",
    "edge",
    "content",
    "reporting",
    "tax",
    "treasury",
    "hiring",
    "learning",
    "research",
];

/// The names of so many member accounts, each with its organizational unit: a few platform accounts first, then teams' accounts
/// in an order that the seed decides.
pub(crate) fn account_names(count: usize, random: &mut StdRng) -> Vec<(String, Unit)> {
    let mut teams = TEAMS;
    teams.shuffle(random);
    let workloads = (1..).flat_map(|round| {
        teams.into_iter().flat_map(move |team| {
            STAGES.map(|(stage, unit)| match round {
                1 => (format!("{team}-{stage}"), UNITS[unit]),
                _ => (format!("{team}-{round}-{stage}"), UNITS[unit]),
            })
        })
    });
    // At most a quarter, so that a small organization has workloads too.
    PLATFORM
        .into_iter()
        .take(count / 4)
        .map(|(name, unit)| (name.to_owned(), UNITS[unit]))
        .chain(workloads)
        .take(count)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::SeedableRng;

    use super::*;

    #[test]
    fn names_are_distinct_however_many_and_the_same_for_the_same_seed() {
        let names = |seed| account_names(500, &mut StdRng::seed_from_u64(seed));
        let distinct: BTreeSet<String> = names(1).into_iter().map(|(name, _)| name).collect();
        assert_eq!(distinct.len(), 500);
        assert_eq!(names(1), names(1));
        assert_ne!(names(1), names(2));
    }
}
