//! What an environment keeps.

use std::time::Duration;

use jiff::SignedDuration;
use lambda::SdkConfig;
use policy::member_roles::MemberRoles;
use record::Ledger;
use record::stack_answer::AnswerClient;

/// What an environment keeps between invocations.
#[derive(Debug)]
pub struct Context {
    /// For CloudFormation.
    pub config: SdkConfig,
    /// In the home Region.
    pub states: aws_sdk_sfn::Client,
    /// For what is answered here.
    pub answers: AnswerClient,
    /// What is recorded of runs.
    pub ledger: Ledger,
    /// The state machine's ARN.
    pub state_machine_arn: String,
    /// The ARN of its version that is the stack's. An execution that is started by the machine's own ARN right after an update may
    /// run by the former definition: <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-read-consistency.html>.
    pub state_machine_version_arn: String,
    /// How long a run's items stay in the ledger.
    pub history: SignedDuration,
    /// How long it is waited for runs that were stopped.
    pub patience: Patience,
    /// What the roles in the accounts are made for.
    pub member_roles: MemberRoles,
}

/// How long it is waited for runs that were stopped. The function has ten minutes.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Between two looks.
    pub pause: Duration,
    /// For all of them together.
    pub most: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { pause: Duration::from_secs(2), most: Duration::from_mins(8) }
    }
}
