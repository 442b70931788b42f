//! What a cell of the grid opens, as JSON for the page's script: what is the same in many cells is there once.

use std::collections::BTreeMap;

use patching::outcome::{DhmcOutcome, Failure, Reason, RegionOutcome, Status, Warning, WindowOutcome};
use patching::summary::RunSummary;
use policy::PatchPolicy;
use policy::ids::Region;
use serde::Serialize;
use serde_json::{Value, json};

use super::once::{Once, json_in_script};
use super::schedules::parts;
use crate::halt::Halt;
use crate::text::{moment, plain};

/// The JSON, in which nothing ends the element that it stands in.
pub(super) fn render(summary: &RunSummary, regions: &[&Region], policy: Option<&PatchPolicy>) -> String {
    let halt = Halt::of(summary);
    let mut details = Details { parts: parts(policy), moments: BTreeMap::new(), once: Once::default() };
    let accounts: Vec<Value> = summary
        .outcomes
        .iter()
        .map(|account| {
            let error = account.error.as_ref().map(|error| details.failure(error));
            let skipped = account.skipped.as_ref().filter(|_| account.regions.is_empty());
            let skipped = skipped.map(|skipped| details.reason(skipped));
            let halt = halt.as_ref().filter(|_| account.status == Status::NotReached);
            let not_reached =
                halt.map(|halt| details.note("Not reached", &halt.in_a_line(), halt.advice(account.wave.as_deref())));
            let warnings = details.warnings(&account.warnings);
            let cells = account.regions.iter().filter_map(|region| {
                let column = regions.binary_search(&&region.region).ok()?;
                Some((column, details.cell(region, account.wave.as_deref())))
            });
            json!([error, cells.collect::<BTreeMap<_, _>>(), skipped.or(not_reached), warnings])
        })
        .collect();
    json_in_script(&format!("{{\"accounts\":{},\"facts\":{}}}", Value::from(accounts), details.once.json()))
}

struct Details<'a> {
    /// The policy in each wave.
    parts: Vec<(Option<&'a str>, &'a PatchPolicy)>,
    /// By moment and zone, in that zone and in UTC: few, and each takes reading a zone's rules.
    moments: BTreeMap<(String, String), [String; 2]>,
    once: Once,
}

/// Status, DHMC, windows with their ids, warnings, failure, reason: as numbers of values.
#[derive(Serialize)]
struct Cell(usize, Option<usize>, Vec<(usize, Option<String>)>, Vec<usize>, Option<usize>, Option<usize>);

impl<'a> Details<'a> {
    fn cell(&mut self, region: &RegionOutcome, wave: Option<&str>) -> Cell {
        let status = self.once.number(&json!(region.status));
        let dhmc = region.dhmc.as_ref().map(|dhmc| self.dhmc(dhmc));
        let windows = region.windows.iter().map(|window| (self.window(window, wave), window.id.clone())).collect();
        let warnings = self.warnings(&region.warnings);
        let error = region.failure().map(|error| self.failure(&error));
        Cell(status, dhmc, windows, warnings, error, region.skipped.as_ref().map(|skipped| self.reason(skipped)))
    }

    fn warnings(&mut self, warnings: &[Warning]) -> Vec<usize> {
        warnings.iter().map(|warning| self.note(&warning.name, &warning.message, warning.advice())).collect()
    }

    fn reason(&mut self, reason: &Reason) -> usize {
        self.note(&format!("Skipped: {}", reason.name), &reason.message, reason.advice())
    }

    fn note(&mut self, name: &str, message: &str, advice: &str) -> usize {
        self.once.number(&json!({"name": name, "message": message, "advice": advice}))
    }

    fn dhmc(&mut self, dhmc: &DhmcOutcome) -> usize {
        let role = |role: &Option<String>| role.clone().unwrap_or_else(|| "not set".to_owned());
        self.once.number(&json!({"status": dhmc.status, "before": role(&dhmc.before), "after": role(&dhmc.after)}))
    }

    fn window(&mut self, window: &WindowOutcome, wave: Option<&str>) -> usize {
        let changes =
            window.changes.iter().map(|change| [change.field.clone(), plain(&change.from), plain(&change.to)]);
        let zone = self.zone(wave, &window.name);
        let next = window.next_execution.as_deref().map(|next| {
            let known = self.moments.entry((next.to_owned(), zone.to_owned()));
            known.or_insert_with(|| [moment(next, zone), moment(next, "UTC")])
        });
        let changes: Vec<_> = changes.collect();
        self.once.number(&json!({
            "name": window.name, "status": window.status, "changes": changes, "next": next, "zone": zone
        }))
    }

    /// UTC for a window that the policy does not have.
    fn zone(&self, wave: Option<&str>, window: &str) -> &'a str {
        let of_wave = self.parts.iter().filter(|(name, _)| *name == wave).flat_map(|(_, policy)| &policy.windows);
        of_wave.into_iter().find(|one| one.name.as_str() == window).map_or("UTC", |window| window.timezone.as_str())
    }

    fn failure(&mut self, failure: &Failure) -> usize {
        let Failure { step, name, message } = failure;
        self.once.number(&json!({"step": step, "name": name, "message": message, "advice": failure.advice()}))
    }
}
