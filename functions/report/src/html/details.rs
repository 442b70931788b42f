//! What a cell of the grid opens, as JSON for the page's script: what is the same in many cells is there once.

use std::collections::BTreeMap;

use patching::outcome::{AccountOutcome, DhmcOutcome, Failure, Reason, RegionOutcome, Status, Warning, WindowOutcome};
use patching::summary::RunSummary;
use policy::ids::Region;
use serde::Serialize;
use serde_json::{Value, json};

use super::once::{Once, json_in_script};
use super::schedules::Zones;
use crate::halt::Halt;
use crate::text::{moment, plain};

/// The JSON, in which nothing ends the element that it stands in.
pub(super) fn render(summary: &RunSummary, regions: &[&Region], zones: &Zones<'_>) -> String {
    let halt = Halt::of(summary);
    let mut details = Details { zones, moments: BTreeMap::new(), once: Once::default() };
    let accounts: Vec<Value> = summary
        .outcomes
        .iter()
        .map(|account| {
            let error = account.error.as_ref().map(|error| details.failure(error));
            let skipped = account.skipped.as_ref().filter(|_| account.regions.is_empty());
            let skipped = skipped.map(|skipped| details.reason(skipped));
            let not_reached = halt.as_ref().filter(|_| account.status == Status::NotReached);
            let skipped = skipped.or_else(|| not_reached.map(|halt| details.not_reached(halt, account)));
            let warnings = details.warnings(&account.warnings);
            let cells = account.regions.iter().filter_map(|region| {
                let column = regions.binary_search(&&region.region).ok()?;
                Some((column, details.cell(region, account.wave.as_deref())))
            });
            json!([error, cells.collect::<BTreeMap<_, _>>(), skipped, warnings])
        })
        .collect();
    json_in_script(&json!({ "facts": details.once.values(), "accounts": accounts }).to_string())
}

struct Details<'a> {
    zones: &'a Zones<'a>,
    /// By moment and zone, in that zone and in UTC: few, and each takes reading a zone's rules.
    moments: BTreeMap<(String, String), [String; 2]>,
    once: Once,
}

/// Status, DHMC, windows with their ids, warnings, failure, reason: as numbers of values.
#[derive(Serialize)]
struct Cell(usize, Option<usize>, Vec<(usize, Option<String>)>, Vec<usize>, Option<usize>, Option<usize>);

impl Details<'_> {
    fn cell(&mut self, region: &RegionOutcome, wave: Option<&str>) -> Cell {
        let status = self.once.number(json!(region.status));
        let dhmc = region.dhmc.as_ref().map(|dhmc| self.dhmc(dhmc));
        let windows = region.windows.iter().map(|window| (self.window(window, wave), window.id.clone())).collect();
        let warnings = self.warnings(&region.warnings);
        let error = region.failure().map(|error| self.failure(&error));
        Cell(status, dhmc, windows, warnings, error, region.skipped.as_ref().map(|skipped| self.reason(skipped)))
    }

    fn warnings(&mut self, warnings: &[Warning]) -> Vec<usize> {
        let warnings = warnings.iter().map(|warning| {
            self.once.number(json!({"name": warning.name, "message": warning.message, "advice": warning.advice()}))
        });
        warnings.collect()
    }

    fn reason(&mut self, reason: &Reason) -> usize {
        let Reason { name, message } = reason;
        self.once.number(json!({"name": format!("Skipped: {name}"), "message": message, "advice": reason.advice()}))
    }

    fn not_reached(&mut self, halt: &Halt<'_>, account: &AccountOutcome) -> usize {
        let advice = halt.advice(account.wave.as_deref());
        self.once.number(json!({"name": "Not reached", "message": halt.in_a_line(), "advice": advice}))
    }

    fn dhmc(&mut self, dhmc: &DhmcOutcome) -> usize {
        let role = |role: &Option<String>| role.clone().unwrap_or_else(|| "not set".to_owned());
        self.once.number(json!({"status": dhmc.status, "before": role(&dhmc.before), "after": role(&dhmc.after)}))
    }

    fn window(&mut self, window: &WindowOutcome, wave: Option<&str>) -> usize {
        let changes =
            window.changes.iter().map(|change| [change.field.clone(), plain(&change.from), plain(&change.to)]);
        let zone = self.zones.of(wave, &window.name);
        let next = window.next_execution.as_deref().map(|next| {
            let known = self.moments.entry((next.to_owned(), zone.to_owned()));
            known.or_insert_with(|| [moment(next, zone), moment(next, "UTC")])
        });
        let changes: Vec<_> = changes.collect();
        self.once.number(json!({
            "name": window.name, "status": window.status, "changes": changes, "next": next, "zone": zone
        }))
    }

    fn failure(&mut self, failure: &Failure) -> usize {
        let Failure { step, name, message } = failure;
        self.once.number(json!({"step": step, "name": name, "message": message, "advice": failure.advice()}))
    }
}
