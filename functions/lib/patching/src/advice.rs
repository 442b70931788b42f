//! What to do about an error, a reason for skipping or a warning, in a plain sentence.

use crate::outcome::{Failure, Reason, Warning};

/// The advice about an error without a sentence of its own.
const UNKNOWN: &str =
    "The message says what happened; retry the run, and look at the function's log if it happens again.";

/// What an account or one of its Regions can fail with, and why it is skipped; what a run as a whole can fail with; what Step Functions
/// and the services that it calls report; warnings. A sentence may be about several names.
const ADVICE: &str = "
AccessDenied: The role may not make this call: bring the account's member roles up to date with the StackSet, and \
    look for a service control policy or a permissions boundary that denies the operation in the message.
AccessDenied to list Regions: The account may list its Regions neither by account:ListRegions nor by \
    ec2:DescribeRegions: bring its member roles up to date with the StackSet, or name the Regions in the policy's \
    scope, then retry.
AccessDenied to enter: The member role is missing in the account, or does not let this stack in: check that the \
    StackSet with member-roles.yaml reached the account and that no service control policy denies sts:AssumeRole, then \
    retry.
Throttled: AWS throttled the call through all retries: retry what failed; if it happens often, lower \
    AccountConcurrency or RegionConcurrency.
ServiceUnavailable: The service did not answer through all retries: look at AWS Health, then retry what failed.
SessionExpired: The session in the account ended again and again: check the role's session settings, then retry.
ChangedMeanwhile: Something else keeps changing the same windows: find it in CloudTrail, stop it, then retry.
SettingPending: The service is still applying an earlier change of the DHMC setting: retry in some minutes.
RoleNotReady: The account joined a short while ago and its member roles are still on their way: look at the \
    StackSet's operations if it stays so, then retry.
RegionDisabled: The account has not enabled the Region: enable it there, or take the Region out of the policy's \
    scope.
QuotaExceeded: The account has as many maintenance windows as it may have: delete some that nobody needs, or ask for \
    a higher quota.
DocumentNotFound: The Region does not have the document: correct its name in the policy, or share it there.
DhmcRoleMissing: The account lacks the role that the policy names for Default Host Management Configuration: bring it \
    there with dhmc-role.yaml or its StackSet, or correct dhmc.role, then retry.
UnknownParameter: The document does not have the parameter: correct its name in the policy, as the message says. \
    Nothing was changed.
RequestRefused: Systems Manager refuses what the policy asks for: correct the policy as the message says.
AccountNotActive: The account is suspended or being closed: leave it out of the request.
AccountNotInOrganization: The organization has no such account: correct the id in the request.
NoOutcome: The account's execution ended without recording an outcome: open it in the Map Run to see where it \
    stopped, then retry.

RegionNotEnabled: Nothing can be set up where the Region is not enabled, and what ran there when it was turned off \
    goes on: enable it in the account, or take it out of the scope.
NoRegion: Nothing is set up in the account: name a Region in the scope that it has enabled, or leave it out of the \
    scope.
RegionDenied: A service control policy denies the Region to the account: except the member role from the policy, or \
    take the Region out of the scope.
AccountDenied: A service control policy denies everything that the member role does in the account: except the role \
    from the policy, or leave the account out of the scope.

InvalidInput: Start the execution again with an input that is corrected as the message says.
InvalidPolicy: Correct the stack's parameters as the message says and update the stack; nothing was changed.
PatchManagerDisabled: Set the stack's parameter DisablePatchManager to false to roll out again.
RolloutHalted: Put right what failed in this wave, then start a run with retryOf: it does again what failed and goes \
    on from there.
OrganizationNotReadable: Deploy in the management account, and look for what denies the function list-accounts to \
    read the organization.
ControlTowerRegionsNotReadable: The parameter that names Control Tower's Regions is missing or empty: create it, or \
    name the Regions in the policy.
RunNotFound: Name a run of which there still is a record: it expires after HistoryDays. What a former version left \
    undone, name by accounts and Regions.
LedgerNotReadable: Something else wrote into the ledger's table: delete that item, then start the run again.
TargetsNotReadable: Something else wrote the run's targets.json: start the run again.
AnswerNotDelivered: CloudFormation could not be reached: look at AWS Health; the stack fails by its own timeout.
AnswerRefused: CloudFormation no longer waits for this run: nothing to do, look at the stack's events.

Lambda.TooManyRequestsException: The account's limit of concurrent Lambda executions is used up: raise it, or lower \
    AccountConcurrency.
Lambda.AWSLambdaException, Lambda.ClientExecutionTimeoutException, Lambda.SdkClientException, \
    Lambda.ServiceException: Lambda could not run the function through all retries: look at AWS Health, then retry.
States.Timeout, Sandbox.Timedout: The function did not answer in time: look at its log and at AWS Health, then retry.
Panicked: A bug in the function: please report it with the message; what it was about can be retried.
Lambda.Unknown, Runtime.ExitError: The function ended without an answer: look at its log for memory, then retry.
States.IntrinsicFailure: The policy's parameter is not JSON any more: update the stack with a change, or write the \
    parameter again as the stack has it.
States.ResultWriterFailed: What became of the account's executions could not be written to the data bucket: check its \
    policy and key, then retry.
States.DataLimitExceeded: A state holds more than 256 KiB: name fewer windows in the policy.
States.Permissions: The state machine's role lacks a permission: update the stack, which restores it.
States.ItemReaderFailed: The list of targets could not be read: check the data bucket and its policy, then retry.
Ssm: The policy's parameter could not be read: update the stack, which writes it again.

ForeignWindow: Two windows of one name run side by side: delete or rename the other one, or give it the owner tag to \
    have it taken over.
DhmcKept: Instances there run with a role that this policy does not know: reset the setting, or set dhmc.overwrite in \
    the policy to replace it.
DhmcRoleNotLookedFor: Bring the accounts' member roles up to date with the StackSet, or allow the member role \
    iam:GetRole in the service control policy that denies it.
RegionsNotListed: Allow the member role account:ListRegions or ec2:DescribeRegions in the service control policy that \
    denies it: until then the Regions that the policy names are taken to be enabled.
UnknownRegion: Correct the Region's code in the scope: until then nothing is set up there.
UnitWithoutAccounts: Nothing is set up for the unit: check that it is the one that is meant, or take it out of the \
    scope.
InTwoWaves: Name it in one wave only, so that nobody takes it to be in the other.
UnknownAccount: Correct the account's id in the wave: until then it is in the wave that takes the rest.
WaveTakesNobody: Check the wave's units and accounts: an earlier wave may take them, or the scope leaves them out.
NeverOpens: Give the window a moment that is still to come, or take it out of the policy.
OpeningsOverlap: Two tasks may then run on a host at once: let the window open less often, or close it earlier.
OpeningLost: Hosts wait for the opening after it: run the task's document in Run Command if they must not, and change \
    the schedule of such a window before the Tuesday or other day that its cron names.
InstallsBeforeApproval: Let the window open 7 days after Patch Tuesday or later, or make a baseline that approves \
    sooner the default one of its accounts; Ubuntu and Debian are not concerned.
";

impl Failure {
    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        let name = match self.name.as_str() {
            "AccessDenied" if self.step == "AssumeRole" && self.message.contains("account:ListRegions") => {
                "AccessDenied to list Regions"
            }
            "AccessDenied" if self.is_of_entering() => "AccessDenied to enter",
            name => name,
        };
        about(name).unwrap_or(UNKNOWN)
    }
}

impl Reason {
    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        about(&self.name).unwrap_or(UNKNOWN)
    }
}

impl Warning {
    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        about(&self.name).unwrap_or("Look at the message; nothing failed.")
    }
}

/// The sentence about an error of a function, of Lambda or of Step Functions, a reason or a warning; `None` for a name that nothing has.
pub fn about(name: &str) -> Option<&'static str> {
    let name = if name.starts_with("Ssm.") { "Ssm" } else { name };
    ADVICE.lines().find_map(|line| {
        let (names, sentence) = line.split_once(": ")?;
        names.split(", ").any(|one| one == name).then_some(sentence)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn failure(step: &str, name: &str) -> Failure {
        Failure { step: step.into(), name: name.into(), message: String::new() }
    }

    #[test]
    fn a_missing_role_and_a_denied_call_have_different_advice() {
        assert!(failure("AssumeRole", "AccessDenied").advice().contains("StackSet with member-roles.yaml"));
        assert!(failure("ConfigureWindows", "AccessDenied").advice().contains("may not make this call"));
        let message = "access was denied: sts:AssumeRole: AccessDenied: no".to_owned();
        let not_entered = Failure { message, ..failure("InspectHosts", "AccessDenied") };
        assert!(not_entered.advice().contains("StackSet with member-roles.yaml"));
    }

    #[test]
    fn each_line_is_a_sentence_and_no_name_has_two() {
        let lines: Vec<_> = ADVICE.lines().filter(|line| !line.is_empty()).collect();
        let told: Vec<_> = lines.iter().filter_map(|line| line.split_once(": ")).collect();
        assert_eq!(told.len(), lines.len());
        assert!(told.iter().all(|(_, sentence)| sentence.ends_with('.')), "{told:?}");
        let names: Vec<_> = told.iter().flat_map(|(names, _)| names.split(", ")).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    }

    #[test]
    fn an_error_that_nobody_knows_is_advised_about_too() {
        assert_eq!(failure("EachAccount", "Unheard").advice(), UNKNOWN);
    }
}
