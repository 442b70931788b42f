//! How large the functions are and how soon they ask for work: `cargo bench --profile dev -p workflow`.
//!
//! Each function is started like Lambda starts it, with a Runtime API that does nothing but take the first request. The
//! time is from before the process is started to that request.

#![expect(clippy::expect_used, reason = "what cannot be measured ends the benchmark")]

use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use local_aws::{Progress, Workspace, build_release};

const STARTS: usize = 30;

/// Everything that some function reads, and what Lambda sets for each.
const ENVIRONMENT: [(&str, &str); 21] = [
    ("AWS_ACCESS_KEY_ID", "none"),
    ("AWS_SECRET_ACCESS_KEY", "none"),
    ("AWS_REGION", "eu-west-1"),
    ("AWS_LAMBDA_FUNCTION_NAME", "cold-start"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("BUCKET", "bucket"),
    ("HISTORY_DAYS", "90"),
    ("LEDGER_TABLE", "ledger"),
    ("MEMBER_ROLES", r#"{"taskRole": "t", "dhmcRole": "d", "ownerTag": {"key": "k", "value": "v"}, "documents": []}"#),
    ("MEMBER_ROLE_NAME", "role"),
    ("METRICS_NAMESPACE", "PatchManager"),
    ("METRICS_STACK", "stack"),
    ("NEW_ACCOUNT_GRACE_MINUTES", "60"),
    ("NOTIFICATION_TOPIC_ARN", "arn:aws:sns:eu-west-1:111122223333:topic"),
    ("NOTIFY", "never"),
    ("NOTIFY_BELOW_PERCENT", "0"),
    ("PARTITION", "aws"),
    ("STATE_MACHINE_ARN", "arn:aws:states:eu-west-1:111122223333:stateMachine:rollout"),
    ("STATE_MACHINE_VERSION_ARN", "arn:aws:states:eu-west-1:111122223333:stateMachine:rollout:1"),
    ("LOG_LEVEL", "info"),
];

#[tokio::main]
async fn main() {
    let workspace = Workspace::find().await.expect("the workspace");
    let zips = build_release(&workspace, &Progress::terminal()).await.expect("the functions");
    println!("\n{:<20} {:>10} {:>10} {:>12} {:>12} {:>10}", "function", "binary", "zip", "median", "slowest", "memory");
    for zip in zips {
        let binary = workspace.target.join("release").join(&zip.name);
        let mut starts: Vec<_> = (0..STARTS).map(|_| start(&binary)).collect();
        starts.sort();
        let (median, slowest) = (starts[STARTS / 2].0, starts[STARTS - 1].0);
        let size = std::fs::metadata(&binary).expect("the binary").len();
        println!(
            "{:<20} {:>10} {:>10} {:>12} {:>12} {:>10}",
            zip.name,
            megabytes(size),
            megabytes(zip.bytes),
            milliseconds(median),
            milliseconds(slowest),
            starts[0].1.map_or_else(|| "-".to_owned(), megabytes),
        );
    }
}

/// How long it took to the first request, and how much memory the process then had.
fn start(binary: &Path) -> (Duration, Option<u64>) {
    let runtime_api = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = runtime_api.local_addr().expect("its address");
    let before = Instant::now();
    let mut process = spawn(binary, address);
    let (mut request, _) = runtime_api.accept().expect("a connection");
    let mut first_bytes = [0; 4];
    request.read_exact(&mut first_bytes).expect("a request");
    let took = before.elapsed();
    assert_eq!(&first_bytes, b"GET ", "the first thing a function does is to ask for work");
    let memory = resident(&process);
    process.kill().expect("the process ends");
    process.wait().expect("the process has ended");
    (took, memory)
}

fn spawn(binary: &Path, runtime_api: SocketAddr) -> Child {
    Command::new(binary)
        .env_clear()
        .envs(ENVIRONMENT)
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
        .stdout(Stdio::null())
        .spawn()
        .expect("the function starts")
}

/// Resident bytes of the process; only Linux tells.
fn resident(process: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}
