//! What may stand on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, value_parser};

use super::scenario::Scenario;
use crate::options::Options;

/// The project on a local AWS.
#[derive(Debug, Parser)]
#[command(name = "local-aws", bin_name = "cargo demo --", disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Starts a local AWS with an organization, deploys the control plane and runs the scenarios.
    #[command(override_usage = "cargo demo -- [OPTIONS]")]
    Demo(Demo),
    /// Prints an execution as a tree: accounts, Regions, states, attempts, durations, errors.
    ///
    /// Takes credentials and endpoint as the AWS CLI does, and the Region from the ARN.
    #[command(override_usage = "cargo run --bin local-aws -- history [--all] <EXECUTION_ARN>")]
    History(HistoryOf),
    /// Makes the Python environment and prints where it is.
    Venv,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct HistoryOf {
    /// The execution.
    #[arg(value_name = "EXECUTION_ARN")]
    pub(crate) execution_arn: String,
    /// What succeeded in full as well, however many accounts there are: minutes for a thousand.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Demo {
    /// Member accounts; the suspended one and those without the member role are among them.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = value_parser!(u16).range(1..=500))]
    pub(crate) accounts: u16,
    /// Regions in scope; one account has one more.
    #[arg(long, value_name = "M", default_value_t = 3, value_parser = value_parser!(u16).range(1..=17))]
    pub(crate) regions: u16,
    /// What each SSM call takes at least.
    #[arg(long, value_name = "L", default_value_t = 0, value_parser = value_parser!(u64).range(0..=10_000))]
    pub(crate) latency_ms: u64,
    /// Made-up hosts for the scenario inspect.
    #[arg(long, value_name = "H", default_value_t = 400, value_parser = value_parser!(u16).range(0..=20_000))]
    pub(crate) hosts: u16,
    /// Member accounts without the member role [default: 1].
    #[arg(long, value_name = "K", value_parser = value_parser!(u16).range(0..=500))]
    failing: Option<u16>,
    /// Only these scenarios, in the usual order; may be given several times.
    #[arg(long = "scenario", value_name = "NAME", num_args = 1.., value_enum)]
    scenarios: Vec<Scenario>,
    /// Writes the figures there, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,
    /// Prints each run as a tree: accounts, Regions, states, attempts, durations, errors.
    #[arg(long)]
    pub(crate) history: bool,
    /// Opens the reports at the end.
    #[arg(long)]
    pub(crate) open: bool,
    /// Leaves everything running at the end, until Ctrl-C.
    #[arg(long)]
    pub(crate) keep: bool,
    /// Decides the accounts' names, which of them fail, and what the hosts are like.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
}

impl Demo {
    /// What to start; the number of failing accounts has to fit the number of accounts.
    pub(crate) fn options(&self) -> Result<Options, String> {
        // The smallest organization keeps its only member working.
        let failing = self.failing.unwrap_or_else(|| self.accounts.saturating_sub(1).min(1));
        if failing > self.accounts {
            return Err(format!("--failing {failing} is more than --accounts {}", self.accounts));
        }
        Ok(Options {
            accounts: usize::from(self.accounts),
            regions: usize::from(self.regions),
            latency_ms: self.latency_ms,
            failing: usize::from(failing),
            denies_region: true,
            hosts: usize::from(self.hosts),
            seed: self.seed,
        })
    }

    /// The scenarios asked for, each once, in the order in which they make sense.
    pub(crate) fn scenarios(&self) -> Vec<Scenario> {
        Scenario::ALL
            .into_iter()
            .filter(|scenario| self.scenarios.is_empty() || self.scenarios.contains(scenario))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo(line: &str) -> Result<Demo, String> {
        let words = ["local-aws", "demo"].into_iter().chain(line.split_whitespace());
        match Arguments::try_parse_from(words).map_err(|error| error.to_string())?.command {
            Command::Demo(demo) => Ok(demo),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn scenarios_run_in_their_order_whatever_the_command_line_says() {
        let both = demo("--scenario disable --scenario first-rollout").unwrap().scenarios();
        assert_eq!(both, [Scenario::FirstRollout, Scenario::Disable]);
        assert_eq!(demo("--scenario disable first-rollout").unwrap().scenarios(), both);
        assert_eq!(demo("").unwrap().scenarios(), Scenario::ALL);
    }

    #[test]
    fn values_out_of_range_are_refused_with_the_range() {
        assert!(demo("--regions 18").unwrap_err().contains("1..=17"));
        assert!(demo("--accounts 0").unwrap_err().contains("1..=500"));
        assert!(demo("--scenario third-rollout").unwrap_err().contains("second-rollout"));
        assert!(demo("--accounts 2 --failing 3").unwrap().options().unwrap_err().contains("--failing 3"));
    }

    #[test]
    fn the_only_member_works_unless_asked_otherwise() {
        assert_eq!(demo("--accounts 1").unwrap().options().unwrap().failing, 0);
        assert_eq!(demo("--accounts 8").unwrap().options().unwrap().failing, 1);
    }
}
