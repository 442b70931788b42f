//! Sessions in a member account that end before their time.

use kit::CallError;
use kit::member::{MemberRole, MemberSessions};
use kit::testing::Server;
use patching::request::RegionRequest;
use serde_json::{from_value, json};
use ssm_simulator::{Fault, ScriptedFault, Simulator};
use workflow::cell::{ACCOUNT, REGION, policy, with_retries};

/// The simulator, and STS behind it: the one is asked for maintenance windows, the other for sessions.
struct Aws {
    simulator: Simulator,
    sts: Server,
    context: configure_windows::Context,
}

impl Aws {
    async fn start() -> Self {
        let sts = Server::start().await;
        let keys = ["ASIAFIRST", "ASIASECOND", "key"]; // the last is the function's own
        let simulator = workflow::cell::builder().await.upstream(sts.url());
        let simulator = keys.into_iter().fold(simulator, |builder, key| builder.access_key(key, ACCOUNT));
        let simulator = simulator.start().await.unwrap();
        let config = sts.sdk_config().to_builder().endpoint_url(simulator.endpoint_url()).build();
        let role = MemberRole { partition: "aws".to_owned(), name: "configuration".parse().unwrap() };
        let sessions = MemberSessions::new(&config, role.clone());
        Self { simulator, sts, context: configure_windows::Context { sessions, role } }
    }

    /// The next session that STS gives out ends at that time.
    fn session(&self, key: &str, ends: &str) {
        let answer = format!(
            "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
             <AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>\
             <Expiration>{ends}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
        );
        self.sts.answers(200, &answer);
    }

    /// A run as the function is asked for it.
    async fn roll_out(&self, run: &str) -> Result<(), CallError> {
        let request: RegionRequest = from_value(json!({
            "run": run, "action": "rollout", "accountId": ACCOUNT, "region": REGION, "policy": policy()
        }))
        .unwrap();
        configure_windows::handle(&self.context, request).await.map(|_| ())
    }

    /// The keys that the calls since `since` were made with.
    fn keys(&self, since: u64) -> Vec<String> {
        let calls = self.simulator.calls_since(since).filter(|call| call.operation.contains("Maintenance"));
        let mut keys: Vec<_> = calls.0.iter().map(|call| call.access_key.to_string()).collect();
        keys.dedup();
        keys
    }
}

#[tokio::test]
async fn a_session_that_expires_at_any_call_is_replaced_by_the_next_try() {
    for nth in [1, 2, 5, 9, 14] {
        let aws = Aws::start().await;
        aws.session("ASIAFIRST", "2099-01-01T00:00:00Z");
        aws.session("ASIASECOND", "2099-01-01T00:00:00Z");
        let expired = ScriptedFault::every_call(Fault::error("ExpiredTokenException")).in_region(REGION);
        aws.simulator.script([expired.nth(nth)]);
        let error = aws.roll_out("run").await.unwrap_err();
        assert_eq!(kit::NamedError::name(&error), "SessionExpired", "at call {nth}");
        with_retries(async || aws.roll_out("run").await).await.unwrap();
        assert_eq!(aws.keys(0), ["ASIAFIRST", "ASIASECOND"], "at call {nth}");
        let held = aws.simulator.state();
        assert_eq!(held.windows(ACCOUNT, REGION).len(), 3, "at call {nth}");
    }
}

#[tokio::test]
async fn a_session_serves_the_following_runs_but_not_in_its_last_minutes() {
    let aws = Aws::start().await;
    aws.session("ASIAFIRST", "2099-01-01T00:00:00Z");
    aws.roll_out("first").await.unwrap();
    aws.roll_out("second").await.unwrap();
    assert_eq!((aws.keys(0).len(), aws.sts.asked().len()), (1, 1));

    let aws = Aws::start().await;
    aws.session("ASIAFIRST", "2020-01-01T00:04:00Z");
    aws.session("ASIASECOND", "2099-01-01T00:00:00Z");
    aws.roll_out("first").await.unwrap();
    let since = aws.simulator.next_call();
    aws.roll_out("second").await.unwrap();
    assert_eq!(aws.keys(since), ["ASIASECOND"]);
}
