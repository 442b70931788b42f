//! The message that those get who want to know how a run ended.

use aws_sdk_sns::Client;
use aws_sdk_sns::operation::RequestId;
use lambda::call::Called;
use lambda::logs;
use patching::summary::{AccountTotals, RunSummary, Totals};
use policy::ids::RunId;
use policy::input::Action;
use serde::Serialize;
use strum::EnumString;

use crate::halt::Halt;
use crate::html::groups::{Group, groups, not_reached, skipped};
use crate::links::Links;
use crate::text::counted;

/// SNS takes fewer than 100 characters.
const SUBJECT_LENGTH: usize = 99;
/// How many kinds of failure the text has, and how many accounts of each.
const NAMED_ERRORS: usize = 5;
const NAMED_PLACES: usize = 3;

/// After which runs a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Notify {
    /// Those that failed for some account, or as a whole.
    Failure,
    /// All of them: also one that changed nothing says that all is well.
    Always,
    /// None.
    Never,
}

/// What became of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Notification {
    /// SNS has it.
    Sent,
    /// The setting asks for no notification of a run that ended like this one.
    NotWanted,
    /// SNS refused it, or there was no answer; the log says why.
    Failed,
}

/// Sends messages to a topic.
#[derive(Debug)]
pub struct Notifier {
    /// In the home Region.
    pub sns: Client,
    /// The topic; empty for none.
    pub topic_arn: String,
    /// After which runs.
    pub notify: Notify,
}

impl Notifier {
    /// Sends a message, if anybody wants one about such a run (`sns:Publish`).
    pub(crate) async fn send(&self, run: &RunId, is_bad: bool, subject: String, text: String) -> Notification {
        let is_wanted = match self.notify {
            Notify::Failure => is_bad,
            Notify::Always => true,
            Notify::Never => false,
        };
        if !is_wanted || self.topic_arn.is_empty() {
            return Notification::NotWanted;
        }
        let message = self.sns.publish().topic_arn(&self.topic_arn).subject(subject).message(text);
        match message.send().await.called("sns:Publish") {
            Ok(answer) => {
                logs::written("sns:Publish", self.topic_arn.as_str(), answer.request_id());
                Notification::Sent
            }
            Err(error) => {
                tracing::warn!(%run, error = %error, "the notification could not be sent");
                Notification::Failed
            }
        }
    }
}

/// One line that says it all: `Patch Manager: 3 of 148 accounts failed (rollout stack-update-…)`.
pub fn subject(summary: &RunSummary) -> String {
    let beginning = format!("Patch Manager: {} ({} ", verdict(summary), action(summary));
    let (beginning, run) = (clean(&beginning), clean(summary.run.as_str()));
    let room = SUBJECT_LENGTH.saturating_sub(beginning.len() + 1);
    let run = if run.len() <= room { run } else { format!("{}...", &run[..room.saturating_sub(3).min(run.len())]) };
    format!("{beginning}{run})").chars().take(SUBJECT_LENGTH).collect()
}

/// As SNS takes it: names of errors come from elsewhere, and it takes neither control characters nor, in e-mail, anything but ASCII.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|one| if one.is_ascii_graphic() || one == ' ' { one } else { '?' }).take(SUBJECT_LENGTH).collect()
}

/// What the run was to do, or `run` when it did not come as far as knowing it.
pub(crate) fn action(summary: &RunSummary) -> &'static str {
    summary.action.map_or("run", Into::into)
}

/// How the run ended, without a full stop.
pub fn verdict(summary: &RunSummary) -> String {
    let totals = &summary.totals;
    let (failed, all) = (totals.accounts.failed, totals.accounts.failed + totals.accounts.succeeded);
    let skipped = summary.skipped_in_scope();
    let windows = &totals.windows;
    if let Some(halt) = Halt::of(summary) {
        return halt.in_a_line();
    }
    if let Some(error) = &summary.error {
        return format!("the run could not be done: {}", shortened(&error.name));
    }
    match summary.action {
        _ if failed > 0 => format!("{failed} of {} failed", counted(all, "account")),
        _ if all == 0 && skipped > 0 => format!("nothing was done: {} skipped", counted(skipped, "account")),
        Some(Action::Plan) if windows.changed() > 0 => {
            format!("a rollout would change {}", counted(windows.changed(), "window"))
        }
        Some(Action::Plan) => "a rollout would change no window".to_owned(),
        Some(Action::Disable) => {
            format!("{} removed in {}", counted(windows.deleted, "window"), counted(all, "account"))
        }
        _ if all == 0 => "no account was in scope".to_owned(),
        _ => {
            let skipped = match (skipped, totals.regions.skipped) {
                (0, 0) => None,
                (0, regions) => Some(counted(regions, "Region")),
                (accounts, _) => Some(counted(accounts, "account")),
            };
            match (all, skipped) {
                (1, None) => "1 account is set up".to_owned(),
                (_, None) => format!("all {all} accounts are set up"),
                (1, Some(skipped)) => format!("1 account is set up, {skipped} skipped"),
                (_, Some(skipped)) => format!("{all} accounts are set up, {skipped} skipped"),
            }
        }
    }
}

/// The names of errors that are not ours have any length.
fn shortened(name: &str) -> String {
    name.chars().take(40).collect()
}

/// Counts, the first failures with what to do about them, and where to go on looking.
pub fn text(summary: &RunSummary, links: Option<&Links>) -> String {
    let Totals { accounts, regions, windows } = &summary.totals;
    let counts = [
        format!("Accounts  {}", by_outcome(accounts)),
        format!("Regions   {} succeeded, {} failed, {} skipped", regions.succeeded, regions.failed, regions.skipped),
        format!(
            "Windows   {} created, {} updated, {} deleted, {} unchanged",
            windows.created, windows.updated, windows.deleted, windows.unchanged
        ),
        format!("Warnings  {}", summary.warnings),
    ];
    let mut paragraphs = vec![format!("Run {}: {}.", summary.run, verdict(summary)), counts.join("\n")];
    let warnings = summary.run_warnings.iter();
    paragraphs.extend(waves(summary));
    paragraphs.extend(Halt::of(summary).map(|halt| halt.sentences().join("\n")));
    paragraphs.extend(summary.error.iter().map(|error| advised(&error.name, &error.message, error.advice())));
    paragraphs.extend(warnings.map(|warning| advised(&warning.name, &warning.message, warning.advice())));
    let groups = groups(summary);
    paragraphs.extend(groups.iter().take(NAMED_ERRORS).map(|group| told(group, "")));
    let unnamed = groups.len().saturating_sub(NAMED_ERRORS);
    paragraphs.extend((unnamed > 0).then(|| format!("And {unnamed} more kinds of failure.")));
    paragraphs.extend(not_reached(summary).iter().map(|group| told(group, "Not reached: ")));
    paragraphs.extend(skipped(summary).iter().take(NAMED_ERRORS).map(|group| told(group, "Skipped: ")));
    paragraphs.extend(links.map(|links| format!("Report     {}\nExecution  {}", links.report, links.execution)));
    paragraphs.join("\n\n")
}

/// A line for each wave with accounts in this run, in their order.
fn waves(summary: &RunSummary) -> Option<String> {
    let waves = summary.waves.iter().filter(|wave| wave.totals.accounts.all() > 0);
    let lines: Vec<_> = waves.map(|wave| format!("   {}: {}", wave.name, by_outcome(&wave.totals.accounts))).collect();
    (!lines.is_empty()).then(|| format!("Accounts by wave\n{}", lines.join("\n")))
}

fn by_outcome(accounts: &AccountTotals) -> String {
    let AccountTotals { succeeded, failed, skipped, not_reached } = accounts;
    let done = format!("{succeeded} succeeded, {failed} failed, {skipped} skipped");
    if *not_reached > 0 { format!("{done}, {not_reached} not reached") } else { done }
}

/// What happened, and what to do about it.
pub(crate) fn advised(name: &str, message: &str, advice: &str) -> String {
    format!("{name}: {message}\n-> {advice}")
}

/// What happened in several places, and what to do about it.
pub(crate) fn told(group: &Group<'_>, lead: &str) -> String {
    let places = group.places.iter().take(NAMED_PLACES).map(|place| format!("   {}\n", place.in_a_line()));
    let others = group.places.len().saturating_sub(NAMED_PLACES);
    let others = (others > 0).then(|| format!("   and {others} more\n"));
    let places: String = places.chain(others).collect();
    format!("{lead}{} ({})\n{places}-> {}", group.name, group.extent(), group.advice)
}

#[cfg(test)]
mod tests;
