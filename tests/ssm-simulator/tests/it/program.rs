//! The program, as the local AWS starts it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ssm_simulator::{Admin, model_in_virtual_environment};

use crate::setup::{ACCOUNT, REGION, client_for, create_window};
use crate::virtual_environment;

/// A running program, which the test ends even when it fails.
struct Program {
    child: Child,
    endpoint: String,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let model = model_in_virtual_environment(&virtual_environment::find()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ssm-simulator"));
        command.arg("--model").arg(model).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let endpoint = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, endpoint }
    }

    fn ends_soon(&mut self) -> bool {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(5) {
            if self.child.try_wait().unwrap().is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[tokio::test]
async fn it_says_where_it_listens_and_answers_there() {
    let program = Program::start(&["--page-size", "1", "--latency-ms", "1", "--management-account", ACCOUNT]);
    let client = client_for(&program.endpoint, "test", REGION);
    create_window(&client, "window").await.unwrap();
    let admin = Admin::new(&program.endpoint);
    assert_eq!(admin.state().await.unwrap().windows(ACCOUNT, REGION).len(), 1);
    let config = admin.config().await.unwrap();
    assert_eq!((config.page_size, config.latency_ms), (Some(1), 1));
}

#[test]
fn it_ends_with_its_parent_when_it_is_told_to() {
    let mut program = Program::start(&["--exit-with-parent"]);
    drop(program.child.stdin.take());
    assert!(program.ends_soon());
}

#[test]
fn it_ends_when_it_is_asked_to() {
    let mut program = Program::start(&[]);
    Command::new("kill").arg(program.child.id().to_string()).status().unwrap();
    assert!(program.ends_soon());
}

#[test]
fn without_a_model_it_says_what_is_missing() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ssm-simulator"));
    let output = command.args(["--model", "/nonexistent.json.gz"]).output().unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("the service model /nonexistent.json.gz cannot be read"), "{message}");
}
