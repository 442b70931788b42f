//! CloudFormation that takes an update back.

use record::stack_answer::AnswerStatus;
use serde_json::json;
use support::Server;

use super::{body, event, handled, running, started};

/// What CloudFormation answers of the stack.
fn stack(status: &str) -> String {
    format!("<R><Stacks><member><StackName>s</StackName><StackStatus>{status}</StackStatus></member></Stacks></R>")
}

/// Its stack is asked, as the request does not say so.
#[tokio::test]
async fn an_update_of_a_stack_that_goes_back_is_a_rollback() {
    for (answer, expected) in [
        ((200, stack("UPDATE_ROLLBACK_IN_PROGRESS")), "Rollback"),
        ((200, stack("UPDATE_IN_PROGRESS")), "Update"),
        ((403, "<R><Error><Code>AccessDenied</Code></Error></R>".to_owned()), "Update"),
    ] {
        let server = Server::start().await;
        server.answers_to("Action=DescribeStacks&Version=2010-05-15&StackName=stack", answer.0, &answer.1);
        server.answers_to("ListExecutions", 200, &running(&[]));
        server.answers_to("StartExecution", 200, &started());
        server.answers(200, "{}");
        let response = handled(&server, event(&server, "Update", true)).await.unwrap();
        assert_eq!((response.run.unwrap().as_str(), response.answered), ("stack-update-r1", None));
        assert_eq!(body(&server, "PutItem")["Item"]["requestType"]["S"], expected);
    }
}

/// Its only window never opens: the run says so.
#[tokio::test]
async fn what_goes_back_to_what_is_refused_today_is_started() {
    for (status, expected) in
        [("UPDATE_ROLLBACK_IN_PROGRESS", None), ("UPDATE_IN_PROGRESS", Some(AnswerStatus::Failed))]
    {
        let server = Server::start().await;
        let mut event = event(&server, "Update", true);
        let window = json!({
            "name": "window", "schedule": "cron(0 0 30 2 ? *)", "target": {"values": ["Linux"]},
            "task": {"name": "task", "document": "AWS-UpdateSSMAgent"}
        });
        let policy =
            json!({"windows": [window], "dhmc": {"enabled": false}, "ownerTag": {"key": "createdBy", "value": "us"}});
        event["ResourceProperties"]["Policy"] = policy.to_string().into();
        server.answers_to("DescribeStacks", 200, &stack(status));
        server.answers_to("ListExecutions", 200, &running(&[]));
        server.answers_to("StartExecution", 200, &started());
        server.answers(200, "{}");
        let response = handled(&server, event).await.unwrap();
        let said = server.asked().pop().unwrap().body;
        assert_eq!(response.answered, expected, "{status}: {said}");
    }
}
