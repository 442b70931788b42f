//! `deploy.sh` with a command in the place of the AWS CLI that answers what a test says.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Value, from_str, json};
use tempfile::TempDir;
use workflow::{functions, root};

/// The account that the commands are given in.
pub(crate) const ACCOUNT: &str = "111122223333";

/// What the stand-in answers.
pub(crate) struct StandIn {
    folder: TempDir,
    answers: Value,
}

/// How the script ended.
pub(crate) struct Ended {
    pub(crate) succeeded: bool,
    /// What it wrote, on both ways out.
    pub(crate) said: String,
    /// The commands that it gave, each as its words.
    pub(crate) asked: Vec<Vec<String>>,
}

impl StandIn {
    /// An organization in which nothing is deployed and all is well.
    pub(crate) fn new() -> Self {
        let refused = json!({"error": "An error occurred (404) when calling the HeadBucket operation: Not Found"});
        let answers = json!({
            "sts get-caller-identity": format!("arn:aws:sts::{ACCOUNT}:assumed-role/Admin/me"),
            "organizations Organization.Id": "o-a1b2c3d4e5",
            "organizations Organization.MasterAccountId": ACCOUNT,
            "organizations list-roots": "r-ab12",
            "organizations list-policies": "",
            "cloudformation describe-organizations-access": "ENABLED",
            "account get-region-opt-status": "ENABLED_BY_DEFAULT",
            "lambda get-account-settings": "1000",
            "s3api head-bucket": refused,
            "s3api head-object": refused,
            "cloudtrail describe-trails": format!("arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/all\tTrue\teu-west-1"),
            "cloudtrail get-trail-status": "True",
            "iam list-roles": "Admin",
            "iam get-role": {"error": "NoSuchEntity"},
            "ssm get-parameter": json!({"windows": []}).to_string(),
            "stepfunctions list-executions": "None",
        });
        Self { folder: TempDir::new().unwrap(), answers }
    }

    /// Answers these words so.
    pub(crate) fn answer(mut self, words: &str, answer: impl Into<Value>) -> Self {
        self.answers[words] = answer.into();
        self
    }

    /// Answers these words with an error.
    pub(crate) fn refuse(self, words: &str, error: &str) -> Self {
        self.answer(words, json!({ "error": error }))
    }

    /// A folder of what is built already.
    pub(crate) fn built(&self) -> PathBuf {
        let folder = self.folder.path().join("built");
        fs::create_dir_all(&folder).unwrap();
        for name in functions::names() {
            write_zip(&folder.join(format!("{name}.zip")), &[("bootstrap", name.as_bytes())]);
        }
        folder
    }

    /// Runs the script without any functions, so that it ends when it has looked at everything; answers what it said.
    pub(crate) fn run_to_the_functions(&self, arguments: &[&str]) -> String {
        let nothing = self.folder.path().display().to_string();
        let ended = self.run(&[&["--artifacts", &nothing], arguments].concat());
        assert!(ended.changed_nothing() && ended.said.contains("has no answer-stack.zip"), "{}", ended.said);
        ended.said
    }

    /// Runs the script.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        fs::write(self.folder.path().join("answers.json"), self.answers.to_string()).unwrap();
        fs::write(self.folder.path().join("asked"), "").unwrap();
        let path = [root().join("tests/workflow/fixtures/stand-in"), python(), std::env::var("PATH").unwrap().into()];
        let path = path.map(|folder| folder.display().to_string()).join(":");
        let ended = Command::new(root().join("templates/deploy.sh"))
            .args(["--region", "eu-west-1"])
            .args(arguments)
            .env("PATH", path)
            .env("STAND_IN", self.folder.path())
            .env_remove("AWS_ENDPOINT_URL")
            .output()
            .unwrap();
        let asked = fs::read_to_string(self.folder.path().join("asked")).unwrap();
        Ended {
            succeeded: ended.status.success(),
            said: String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap(),
            asked: asked.lines().map(|line| from_str(line).unwrap()).collect(),
        }
    }
}

impl Ended {
    /// The commands with this operation.
    pub(crate) fn of(&self, operation: &str) -> Vec<&Vec<String>> {
        self.asked.iter().filter(|words| words[1] == operation).collect()
    }

    /// Whether nothing was created or changed.
    pub(crate) fn changed_nothing(&self) -> bool {
        let reading = ["describe-", "get-", "head-", "list-"];
        self.asked.iter().all(|words| reading.iter().any(|start| words[1].starts_with(start)))
    }
}

/// Python's own folder: a chooser of versions before it would take longer than all else.
fn python() -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
        PathBuf::from(String::from_utf8(asked.stdout).unwrap().trim()).parent().unwrap().to_owned()
    });
    FOLDER.clone()
}

/// A zip with these files.
pub(crate) fn write_zip(path: &std::path::Path, files: &[(&str, &[u8])]) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, content) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, content).unwrap();
    }
    zip.finish().unwrap();
}
