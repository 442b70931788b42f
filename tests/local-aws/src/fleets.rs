//! Made-up hosts for an organization: a believable mix, in which every kind of trouble occurs, the same for the same seed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use ssm_simulator::{Baseline, Fleet, Host};
use strum::VariantArray as _;

mod build;
mod kind;

use build::Builder;
pub use kind::Kind;

/// Of a hundred hosts so many are in the first place, as most of an organization's are in the account that earns its money.
const IN_FIRST_PLACE: usize = 45;

/// Made-up hosts.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// What to put into the simulator.
    pub fleets: Vec<Fleet>,
    /// What each host is made to be, by its id.
    pub kinds: BTreeMap<String, Kind>,
}

/// Makes so many hosts in these account-Regions, the largest first, as they are a week before `now`; with what happens to them in this
/// week. All kinds occur when there are as many hosts as kinds.
pub fn make(seed: u64, hosts: usize, places: &[(String, String)], now: Timestamp) -> Made {
    let mut random = StdRng::seed_from_u64(seed);
    let mut kinds: Vec<Kind> = Kind::VARIANTS.iter().copied().take(hosts).collect();
    let weights: Vec<Kind> = Kind::VARIANTS.iter().flat_map(|kind| vec![*kind; kind.weight()]).collect();
    kinds.extend((kinds.len()..hosts).map(|_| weights[random.random_range(0..weights.len())]));
    kinds.shuffle(&mut random);
    let mut fleets: Vec<Fleet> = places.iter().map(fleet).collect();
    let mut made = BTreeMap::new();
    for kind in kinds {
        if fleets.is_empty() {
            break;
        }
        let place = if random.random_range(0..100) < IN_FIRST_PLACE { 0 } else { random.random_range(0..fleets.len()) };
        let fleet = &mut fleets[place];
        let host: Host = Builder::new(&mut random, fleet, now).build(kind);
        made.insert(host.id.clone(), kind);
        fleet.hosts.push(host);
    }
    Made { fleets, kinds: made }
}

/// Makes one host of each of these in an account-Region, in their order; otherwise as [`make`].
pub fn make_each(seed: u64, kinds: &[Kind], place: &(String, String), now: Timestamp) -> Made {
    let mut random = StdRng::seed_from_u64(seed);
    let mut fleet = fleet(place);
    let hosts = kinds.iter().map(|kind| Builder::new(&mut random, &fleet, now).build(*kind)).collect::<Vec<_>>();
    let made = hosts.iter().map(|host| host.id.clone()).zip(kinds.iter().copied()).collect();
    fleet.hosts = hosts;
    Made { fleets: vec![fleet], kinds: made }
}

fn fleet((account, region): &(String, String)) -> Fleet {
    Fleet { account: account.clone(), region: region.clone(), hosts: Vec::new(), baselines: baselines() }
}

/// For hosts whose patch group is registered to one of them.
fn baselines() -> Vec<Baseline> {
    let baseline = |digit: char, name: &str, group: &str| Baseline {
        id: format!("pb-{}", digit.to_string().repeat(17)),
        name: name.into(),
        operating_system: "AMAZON_LINUX_2023".into(),
        patch_groups: vec![group.into()],
        ..Baseline::default()
    };
    vec![
        baseline('a', "Frozen", build::FROZEN),
        Baseline {
            approve_after_days: Some(7),
            rejected_patches: vec!["kernel.x86_64".into()],
            ..baseline('b', "Pinned", build::PINNED)
        },
        Baseline {
            operating_system: "WINDOWS".into(),
            approve_after_days: Some(60),
            ..baseline('c', "Patient", build::PATIENT)
        },
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn places() -> Vec<(String, String)> {
        let accounts = ["111122223333", "444455556666"].into_iter();
        accounts.flat_map(|account| ["eu-west-1", "us-east-1"].map(|region| (account.into(), region.into()))).collect()
    }

    fn now() -> Timestamp {
        "2026-11-29T14:00:00Z".parse().unwrap()
    }

    #[test]
    fn every_kind_occurs_and_most_hosts_are_well() {
        let made = make(1, 400, &places(), now());
        let kinds: BTreeSet<Kind> = made.kinds.values().copied().collect();
        assert_eq!(kinds.len(), Kind::VARIANTS.len());
        let well = made.kinds.values().filter(|kind| matches!(kind, Kind::Linux | Kind::Windows)).count();
        assert!((150..300).contains(&well), "{well}");
        assert_eq!(made.fleets.iter().map(|fleet| fleet.hosts.len()).sum::<usize>(), 400);
        assert!(made.fleets[0].hosts.len() > 150);
    }

    #[test]
    fn the_same_seed_makes_the_same_and_another_one_others() {
        assert_eq!(make(1, 100, &places(), now()), make(1, 100, &places(), now()));
        assert_ne!(make(1, 100, &places(), now()), make(2, 100, &places(), now()));
    }

    #[test]
    fn without_a_place_there_is_no_host() {
        assert!(make(1, 10, &[], now()).kinds.is_empty());
    }

    #[tokio::test]
    async fn the_simulator_takes_what_is_made() {
        let workspace = crate::Workspace::find().await.unwrap();
        let venv = crate::Venv::prepare(&workspace, &crate::Progress::silent()).await.unwrap();
        let builder = ssm_simulator::Simulator::builder().virtual_environment(venv.folder());
        let simulator = builder.start().await.unwrap();
        simulator.put_hosts(&make(7, 1_000, &places(), now()).fleets).unwrap();
    }
}
