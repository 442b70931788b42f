//! A key of one's own: what is encrypted with it, and who may use it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use workflow::rendering::{control_plane, inspection};
use workflow::{read, template};

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";
const MACHINE: &str = "kms:EncryptionContext:aws:states:stateMachineArn";

fn with_key() -> Value {
    everything(&[("KmsKeyArn", KEY)])
}

fn everything(values: &[(&str, &str)]) -> Value {
    let of = |resources: Value| resources.as_object().cloned().unwrap_or_default();
    of(control_plane(values)).into_iter().chain(of(inspection(values))).collect::<Map<_, _>>().into()
}

#[test]
fn everything_that_keeps_data_is_encrypted_with_the_key_and_without_one_by_aws() {
    let places = |resources: &Value| -> BTreeMap<String, bool> {
        let keeping = resources.as_object().unwrap().iter().filter(|(_, resource)| {
            let kind = resource["Type"].as_str().unwrap();
            [
                "S3::Bucket",
                "DynamoDB::Table",
                "SQS::Queue",
                "SNS::Topic",
                "Logs::LogGroup",
                "StepFunctions::StateMachine",
            ]
            .iter()
            .any(|keeping| kind.ends_with(keeping))
        });
        keeping.map(|(id, resource)| (id.clone(), resource.to_string().contains(KEY))).collect()
    };
    let found = places(&with_key());
    assert!(found.len() > 10 && found.values().all(|encrypted| *encrypted), "{found:?}");
    let without = everything(&[]);
    assert!(places(&without).values().all(|encrypted| !encrypted));
    // What an update leaves out stays as it was: a key that is taken away would stay.
    let machine = &without["RolloutStateMachine"]["Properties"]["EncryptionConfiguration"];
    assert_eq!(*machine, json!({"Type": "AWS_OWNED_KEY"}));
}

#[test]
fn the_machine_and_who_starts_it_may_use_the_key_for_its_executions_and_for_no_others() {
    let resources = with_key();
    let roles = resources.as_object().unwrap().iter().filter(|(_, resource)| resource["Type"] == "AWS::IAM::Role");
    for (id, role) in roles {
        let statements = template::statements(&role["Properties"]);
        let starts =
            statements.iter().any(|one| template::list(&one["Action"]).contains(&"states:StartExecution".into()));
        let of_executions = statements.iter().find(|one| one["Sid"] == "ExecutionData");
        assert_eq!(of_executions.is_some(), starts, "{id}");
        if let Some(statement) = of_executions {
            assert_eq!(statement["Action"], json!(["kms:Decrypt", "kms:GenerateDataKey"]), "{id}");
            let machine = statement["Condition"]["StringLike"][MACHINE].as_str().unwrap();
            assert!(machine.ends_with(":stateMachine:patch-manager-rollout*"), "{id}: {machine}");
        }
    }
}

#[test]
fn the_documented_policy_lets_each_service_in_as_it_comes() {
    let documented = read("templates/README.md");
    let section = documented.split("## A key of one's own").nth(1).unwrap();
    let policy = section.split("```json").nth(1).unwrap().split("```").next().unwrap();
    let statements: Vec<Value> = serde_json::from_str(policy).unwrap();
    let of: BTreeMap<&str, &Value> =
        statements.iter().map(|one| (one["Principal"]["Service"].as_str().unwrap(), one)).collect();
    let services = ["cloudwatch", "delivery.logs", "events", "logs.REGION"].map(|name| format!("{name}.amazonaws.com"));
    assert!(of.keys().eq(services.iter()), "{:?}", of.keys());
    // It names no source: a condition on one would never hold.
    assert_eq!(of["events.amazonaws.com"]["Condition"], Value::Null);
    let groups = &of["logs.REGION.amazonaws.com"]["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"];
    let groups: Vec<_> = template::list(groups).iter().map(|arn| arn.as_str().unwrap().to_owned()).collect();
    for (id, resource) in with_key().as_object().unwrap() {
        if let Some(name) = resource["Properties"]["LogGroupName"].as_str() {
            let arn = format!("arn:PARTITION:logs:REGION:ACCOUNT:log-group:{name}");
            let named = |group: &String| group.strip_suffix('*').map_or(arn == *group, |start| arn.starts_with(start));
            assert!(groups.iter().any(named), "{id}: {arn}");
        }
    }
}
