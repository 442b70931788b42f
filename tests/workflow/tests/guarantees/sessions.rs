//! Sessions in a member account that end before their time.

use jiff::{SignedDuration, Timestamp};
use lambda::CallError;
use member::sessions::{MemberRole, MemberSessions};
use member::windows::KeptDocuments;
use patching::request::RegionRequest;
use policy::PatchPolicy;
use serde_json::{from_value, json};
use ssm_simulator::{ConfigChange, Fault, ScriptedFault, Simulator};
use support::Server;
use workflow::cell::{ACCOUNT, REGION, policy};

/// The simulator, and STS behind it: the one is asked for maintenance windows, the other for sessions.
pub(super) struct Aws {
    pub(super) simulator: Simulator,
    pub(super) sts: Server,
    config: lambda::SdkConfig,
    pub(super) context: configure_windows::Context,
}

impl Aws {
    async fn start() -> Self {
        let sts = Server::start().await;
        let keys = ["ASIAFIRST", "ASIASECOND", "ASIATHIRD", "key"]; // the last is the function's own
        let simulator = workflow::cell::builder().await.upstream(sts.url());
        let simulator = keys.into_iter().fold(simulator, |builder, key| builder.access_key(key, ACCOUNT));
        let simulator = simulator.start().await.unwrap();
        let config = sts.sdk_config().to_builder().endpoint_url(simulator.endpoint_url()).build();
        let role = MemberRole { partition: "aws".to_owned(), name: "configuration".parse().unwrap() };
        let sessions = MemberSessions::new(&config, role);
        Self {
            simulator,
            sts,
            config,
            context: configure_windows::Context { sessions, documents: KeptDocuments::default() },
        }
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
        let mut done = patching::outcome::Progress { again: true, ..Default::default() };
        while done.again {
            let request: RegionRequest = from_value(json!({
                "run": run, "action": "rollout", "accountId": ACCOUNT, "region": REGION, "policy": policy(), "earlier": done
            }))
            .unwrap();
            done = Box::pin(configure_windows::handle(&self.context, request, Timestamp::now())).await?;
        }
        Ok(())
    }

    /// What a function that only enters accounts keeps.
    fn entering(&self) -> assume_role::Context {
        let role = self.context.sessions.role().clone();
        assume_role::Context { sessions: MemberSessions::new(&self.config, role), grace: SignedDuration::from_mins(60) }
    }

    /// The keys that the calls since `since` were made with.
    fn keys(&self, since: u64) -> Vec<String> {
        let mut keys = self.keys_of_calls(since);
        keys.dedup();
        keys
    }

    fn keys_of_calls(&self, since: u64) -> Vec<String> {
        let calls = self
            .simulator
            .calls_since(since)
            .filter(|call| call.operation != "AssumeRole" && &*call.access_key != "key");
        calls.0.iter().map(|call| call.access_key.to_string()).collect()
    }

    fn configure(&self, change: ConfigChange) {
        self.simulator.configure(change);
    }
}

/// Enters the account some minutes after it joined, as for a policy without DHMC.
async fn enter(context: &assume_role::Context, minutes: i64) -> Result<usize, assume_role::Error> {
    let mut policy = policy();
    policy.dhmc.enabled = false;
    enter_for(context, minutes, &policy).await
}

async fn enter_for(
    context: &assume_role::Context,
    minutes: i64,
    policy: &PatchPolicy,
) -> Result<usize, assume_role::Error> {
    let joined = "2026-11-01T00:00:00Z";
    let account = json!({"id": ACCOUNT, "name": "new", "state": "ACTIVE", "joinedAt": joined});
    let target = json!({"account": account, "regions": [REGION], "sweep": false});
    let request = from_value(json!({"run": "run", "action": "rollout", "target": target, "policy": policy})).unwrap();
    let now = joined.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes);
    assume_role::handle(context, request, now).await.map(|response| response.regions.len())
}

/// An environment that has a session from an invocation before.
pub(super) async fn aws_with_a_session() -> Aws {
    let aws = Aws::start().await;
    aws.session("ASIAFIRST", "2099-01-01T00:00:00Z");
    aws.session("ASIASECOND", "2099-01-01T00:00:00Z");
    aws
}

#[tokio::test]
async fn a_session_that_ends_at_any_call_is_replaced_in_the_same_run() {
    for code in ["ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId"] {
        for nth in [1, 2, 5, 9, 14] {
            let aws = aws_with_a_session().await;
            let ended = ScriptedFault::every_call(Fault::error(code)).in_region(REGION);
            aws.simulator.script([ended.nth(nth)]);
            aws.roll_out("run").await.unwrap();
            let held = aws.simulator.state();
            assert_eq!(held.windows(ACCOUNT, REGION).len(), 3, "{code} at call {nth}");
        }
    }
}

#[tokio::test]
async fn a_session_that_the_service_does_not_know_is_dropped_and_one_call_is_all_that_it_costs() {
    let aws = aws_with_a_session().await;
    let unknown = ScriptedFault::every_call(Fault::error("UnrecognizedClientException")).in_region(REGION);
    aws.simulator.script([unknown.nth(1)]);
    aws.roll_out("run").await.unwrap();
    assert_eq!(aws.keys(0), ["ASIAFIRST", "ASIASECOND"]);
}

#[tokio::test]
async fn a_role_that_was_deleted_and_made_again_costs_one_call() {
    let aws = aws_with_a_session().await;
    let most = |calls| ConfigChange { calls_per_session: Some(calls), ..ConfigChange::default() };
    aws.configure(most(u32::MAX));
    aws.roll_out("run").await.unwrap();
    let since = aws.simulator.next_call();
    aws.configure(most(u32::try_from(aws.keys_of_calls(0).len()).unwrap()));
    aws.roll_out("run").await.unwrap();
    let keys = aws.keys_of_calls(since);
    assert_eq!((keys[0].as_str(), keys.iter().filter(|key| *key == "ASIAFIRST").count()), ("ASIAFIRST", 1));
    assert!(keys.len() > 10 && keys[1..].iter().all(|key| key == "ASIASECOND"), "{keys:?}");
}

#[tokio::test]
async fn an_account_is_entered_with_a_new_session_when_the_kept_one_is_not_known_any_more() {
    let aws = aws_with_a_session().await;
    let context = aws.entering();
    aws.configure(ConfigChange { calls_per_session: Some(1), ..ConfigChange::default() });
    assert_eq!(enter(&context, 600).await.unwrap(), 1);
    assert_eq!(enter(&context, 600).await.unwrap(), 1);
    assert_eq!(aws.keys_of_calls(0), ["ASIAFIRST", "ASIAFIRST", "ASIASECOND"]);
}

#[tokio::test]
async fn so_it_is_when_only_ec2_may_tell_the_regions() {
    let aws = aws_with_a_session().await;
    let context = aws.entering();
    let statement = json!({"Effect": "Deny", "Action": "account:*", "Resource": "*"});
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
    aws.configure(ConfigChange {
        calls_per_session: Some(3),
        service_control_policies: [(ACCOUNT.to_owned(), vec![policy])].into(),
        ..ConfigChange::default()
    });
    assert_eq!(enter(&context, 600).await.unwrap(), 1);
    assert_eq!(enter(&context, 600).await.unwrap(), 1);
    let (first, second) = ("ASIAFIRST", "ASIASECOND");
    assert_eq!(aws.keys_of_calls(0), [first, first, first, first, second, second]);
}

#[tokio::test]
async fn a_session_without_credentials_is_an_error() {
    for left_out in ["", "<Credentials><AccessKeyId></AccessKeyId><SecretAccessKey>s</SecretAccessKey></Credentials>"] {
        let aws = Aws::start().await;
        let answer =
            format!("<AssumeRoleResponse><AssumeRoleResult>{left_out}</AssumeRoleResult></AssumeRoleResponse>");
        aws.sts.answers(200, &answer);
        let error = aws.roll_out("run").await.unwrap_err();
        assert_eq!((lambda::NamedError::name(&error), error.is_passing()), ("ServiceUnavailable", true), "{error}");
    }
}

#[tokio::test]
async fn a_new_accounts_role_that_lacks_policies_is_waited_for() {
    let aws = aws_with_a_session().await;
    aws.session("ASIATHIRD", "2099-01-01T00:00:00Z");
    let context = aws.entering();
    let denied = ScriptedFault::every_call(Fault::error("AccessDeniedException")).of("GetServiceSetting");
    aws.simulator.script([denied.clone().first(2)]);
    assert_eq!(lambda::NamedError::name(&enter(&context, 5).await.unwrap_err()), "RoleNotReady");
    assert_eq!(enter(&context, 6).await.unwrap(), 1);
    aws.simulator.script([denied]);
    assert_eq!(enter(&context, 61).await.unwrap(), 1, "then each Region tells what is denied there");
}

#[tokio::test]
async fn a_new_accounts_dhmc_role_is_waited_for_and_not_asked_for_later() {
    let aws = aws_with_a_session().await;
    let context = aws.entering();
    aws.sts.answers_to(
        "Action=GetRole",
        404,
        "<ErrorResponse><Error><Code>NoSuchEntity</Code></Error></ErrorResponse>",
    );
    assert_eq!(lambda::NamedError::name(&enter_for(&context, 5, &policy()).await.unwrap_err()), "RoleNotReady");
    let role = "<R><Arn>arn:aws:iam::111122223333:role/service-role/Ours</Arn></R>";
    aws.sts.answers_to("Action=GetRole", 200, role);
    assert_eq!(enter_for(&context, 6, &policy()).await.unwrap(), 1);
    let asked = aws.sts.asked().len();
    assert_eq!(enter_for(&context, 61, &policy()).await.unwrap(), 1, "then each Region tells that it is missing");
    assert_eq!(aws.sts.asked().len(), asked);
}

#[tokio::test]
async fn a_region_that_knows_no_session_is_not_enabled() {
    let aws = aws_with_a_session().await;
    aws.simulator.script([ScriptedFault::every_call(Fault::error("UnrecognizedClientException")).in_region(REGION)]);
    assert_eq!(lambda::NamedError::name(&aws.roll_out("run").await.unwrap_err()), "RegionDisabled");
}

#[tokio::test]
async fn what_is_denied_to_a_session_from_before_is_tried_with_a_new_one() {
    let aws = aws_with_a_session().await;
    aws.roll_out("run").await.unwrap();
    let since = aws.simulator.next_call();
    let denied = ScriptedFault::every_call(Fault::error("AccessDeniedException")).in_region(REGION);
    aws.simulator.script([denied.clone().nth(1)]);
    aws.roll_out("run").await.unwrap();
    assert_eq!(aws.keys(since), ["ASIAFIRST", "ASIASECOND"]);

    aws.simulator.script([denied]);
    aws.session("ASIASECOND", "2099-01-01T00:00:00Z");
    assert_eq!(lambda::NamedError::name(&aws.roll_out("run").await.unwrap_err()), "AccessDenied");
}

#[tokio::test]
async fn a_session_serves_its_run_but_not_in_its_last_minutes_and_another_run_makes_its_own() {
    let aws = aws_with_a_session().await;
    aws.roll_out("first").await.unwrap();
    aws.roll_out("first").await.unwrap();
    assert_eq!((aws.keys(0).len(), aws.sts.asked().len()), (1, 1));
    let since = aws.simulator.next_call();
    aws.roll_out("second").await.unwrap();
    assert_eq!(aws.keys(since), ["ASIASECOND"]);
    let names = aws.sts.asked().into_iter().map(|asked| asked.body.contains("RoleSessionName=patch-manager-second"));
    assert_eq!(names.collect::<Vec<_>>(), [false, true]);

    let aws = Aws::start().await;
    aws.session("ASIAFIRST", "2020-01-01T00:04:00Z");
    aws.session("ASIASECOND", "2099-01-01T00:00:00Z");
    aws.roll_out("run").await.unwrap();
    let since = aws.simulator.next_call();
    aws.roll_out("run").await.unwrap();
    assert_eq!(aws.keys(since), ["ASIASECOND"]);
}

/// Whether the role for DHMC is there is asked of IAM, by a permission that many take away: that says nothing of the session, which is
/// good for all that follows.
#[tokio::test]
async fn that_iam_may_not_be_asked_costs_no_session() {
    let aws = aws_with_a_session().await;
    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    (0..8).for_each(|_| aws.sts.answers_to("Action=GetRole", 403, denied));
    let sessions = MemberSessions::new(&aws.config, aws.context.sessions.role().clone());
    for region in [REGION, "us-east-1", "eu-central-1"] {
        let request: RegionRequest = from_value(json!({
            "run": "run", "action": "rollout", "accountId": ACCOUNT, "region": region, "policy": policy()
        }))
        .unwrap();
        let outcome = Box::pin(configure_dhmc::handle(&sessions, request)).await.unwrap();
        assert!(outcome.not_looked_for.is_some_and(|why| why.contains("iam:GetRole")), "{region}");
    }
    assert_eq!(aws.keys(0), ["ASIAFIRST"]);
    let asked = aws.sts.asked().into_iter().filter(|one| one.body.contains("Action=AssumeRole"));
    assert_eq!(asked.count(), 1);
}
