//! Whether each account has the windows of its wave.

use ssm_simulator::Snapshot;

use super::super::outcome::Outcome;
use crate::organization::Condition;

/// The units of the waves with the Tuesday of the month and the days after it on which their hosts are patched: 8, 11 and 15 days after
/// the second one.
const WAVES: [(&str, &[&str], &str, u64); 3] = [
    ("pilot", &["Test"], "cron(0 2 ? * TUE#3 *)", 1),
    ("early", &["Infrastructure", "Security"], "cron(0 2 ? * TUE#3 *)", 4),
    ("rest", &["Workloads", "Production", "Root"], "cron(0 2 ? * TUE#4 *)", 1),
];

/// Each account that can be entered is in the wave of its unit, and patches on that wave's days.
pub(super) fn check_waves(outcome: &Outcome, snapshot: &Snapshot) -> Vec<String> {
    let mut differences = Vec::new();
    for account in outcome.accounts_that_are(Condition::Ready) {
        let reported = outcome.accounts.iter().find(|one| one.id.as_str() == account.id);
        let unit = reported.and_then(|one| one.organizational_unit.as_deref()?.rsplit('/').next()).unwrap_or_default();
        let Some((wave, _, schedule, offset)) = WAVES.iter().find(|(_, units, _, _)| units.contains(&unit)) else {
            differences.push(format!("{}: the unit {unit:?} is in no wave", account.name));
            continue;
        };
        let found = reported.and_then(|one| one.wave.as_deref());
        if found != Some(wave) {
            differences.push(format!("{}: the wave is {found:?} instead of {wave}", account.name));
        }
        for region in &account.regions {
            for name in ["sra_windows_maintenance", "sra_linux_maintenance"] {
                let window =
                    snapshot.get(&account.id, region).and_then(|held| held.window(name)).map(|found| &found.window);
                let opens = window.map(|window| (window["Schedule"].as_str(), window["ScheduleOffset"].as_u64()));
                if opens != Some((Some(schedule), Some(*offset))) {
                    differences.push(format!("{} {region} {name}: opens by {opens:?}", account.name));
                }
            }
        }
    }
    differences
}
