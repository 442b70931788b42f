//! What both pages begin with.

use std::collections::BTreeSet;

use aws_smithy_types::base64;
use patching::summary::RunSummary;
use policy::input::ExecutionInput;
use sha2::{Digest, Sha256};

use crate::halt::Halt;
use crate::links::Links;
use crate::text::{counted, duration, moment};

/// What a page says of its run first, and what keeps the page safe.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    pub(crate) run: &'a RunSummary,
    pub(crate) links: Option<&'a Links>,
    /// Of the files that hold the same as the page.
    pub(crate) name: &'static str,
    pub(crate) action: &'static str,
    pub(crate) title: String,
    pub(crate) tone: &'static str,
    pub(crate) script: &'static str,
}

impl<'a> Head<'a> {
    /// Allows this page's own script and style, and nothing from anywhere: text that got into the page in spite of everything would not run.
    pub(crate) fn security_policy(&self) -> String {
        let hash = base64::encode(Sha256::digest(self.script));
        format!(
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
        )
    }

    pub(crate) fn trigger(&self) -> String {
        let input = ExecutionInput::parse(&self.run.input);
        input.map_or_else(|_| "an input that is not valid".to_owned(), |input| input.trigger.to_string())
    }

    /// What narrowed the run, as its input says.
    pub(crate) fn narrowed(&self) -> Vec<String> {
        let Ok(input) = ExecutionInput::parse(&self.run.input) else { return Vec::new() };
        let accounts = input.accounts.map(|accounts| format!("only {}", counted(accounts.len(), "account")));
        let regions = input.regions.map(|regions| format!("only {}", counted(regions.len(), "Region")));
        let retry = input.retry_of.map(|run| format!("only what failed in {run}"));
        [accounts, regions, retry].into_iter().flatten().collect()
    }

    pub(crate) fn took(&self) -> Option<String> {
        duration(&self.run.started_at, &self.run.finished_at)
    }

    pub(crate) fn finished(&self) -> String {
        moment(&self.run.finished_at, "UTC")
    }

    /// Why the run was halted, and what it did not reach.
    pub(crate) fn halted(&self) -> Vec<String> {
        Halt::of(self.run).map(|halt| halt.sentences()).unwrap_or_default()
    }

    /// Every path of an organizational unit.
    pub(crate) fn units(&self) -> BTreeSet<&'a str> {
        self.run.outcomes.iter().filter_map(|account| account.organizational_unit.as_deref()).collect()
    }
}
