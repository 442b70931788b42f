use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::GzDecoder;
use patching::hosts::Verdict;
use serde_json::{from_slice, from_str, from_value, json};
use support::Server;

use policy::input::Action;

use super::*;
use crate::notification::{Notification, Notify};
use crate::tests::{context, request, summary_of};

const ACCOUNT: &str = "111122223333";

fn cell(hosts: &[Value]) -> Value {
    json!({
        "account": ACCOUNT, "region": "eu-west-1", "inspectedAt": "2026-11-28T06:00:00Z", "dhmc": null, "windows": [],
        "baselines": [{"id": "pb-1", "name": "Ours", "approveAfterDays": 7}], "hosts": hosts
    })
}

fn host(number: usize, verdict: &str, reason: Option<&str>) -> Value {
    let reasons: Vec<_> = reason.iter().map(|name| json!({"name": name, "detail": "=1+1"})).collect();
    let patch = json!({"operation": "Scan", "endedAt": "2026-11-27T00:00:00Z", "baseline": "pb-1", "missingCount": 2});
    json!({
        "id": format!("i-{number:017x}"), "name": "<b>web</b>", "kind": "ec2", "state": "running", "windows": ["a-window", "b-window"],
        "verdict": verdict, "reasons": reasons, "patch": patch
    })
}

fn inspection(changes: &Value, recorded: &Value) -> RunSummary {
    let mut all = json!({"action": "inspect", "input": {"action": "inspect"}});
    all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    summary_of(&all, recorded)
}

fn looked_at() -> Value {
    let failed = json!({"region": "us-east-1", "status": "failed", "error": {"step": "InspectHosts", "name": "Throttled", "cause": "no"}});
    json!({"regions": [{"region": "eu-west-1", "status": "succeeded", "hosts": {"hosts": 2}}, failed]})
}

fn made(hosts: &[Value]) -> (RunSummary, Made) {
    let run = inspection(&json!({}), &looked_at());
    let mut making = Making::new(&run).unwrap();
    making.add(&from_value(cell(hosts)).unwrap()).unwrap();
    let made = making.finish(Earlier::default()).unwrap();
    (run, made)
}

#[test]
fn the_table_and_the_lines_have_the_same_columns() {
    let (_, made) = made(&[host(1, "blocked", Some("NoTag")), host(2, "patched", None)]);
    let mut lines = String::new();
    GzDecoder::new(made.lines.as_slice()).read_to_string(&mut lines).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| from_str(line).unwrap()).collect();
    let mut table = ::csv::Reader::from_reader(made.table.as_slice());
    let mut columns: Vec<_> = row::HEADER.split(',').collect();
    assert_eq!(table.headers().unwrap().iter().collect::<Vec<_>>(), columns);
    let rows: Vec<BTreeMap<String, String>> = table.deserialize().map(Result::unwrap).collect();
    assert_eq!((rows.len(), lines.len()), (3, 3), "two hosts, and a Region that nobody saw");
    let mut of_a_line: Vec<_> = lines[0].as_object().unwrap().keys().map(String::as_str).collect();
    of_a_line.retain(|column| *column != "inspected_at");
    columns.sort_unstable();
    assert_eq!(of_a_line, columns);
    assert_eq!(
        (&lines[0]["windows"], rows[0]["windows"].as_str()),
        (&json!(["a-window", "b-window"]), "a-window;b-window")
    );
    assert_eq!((&lines[0]["reason_text"], rows[0]["baseline"].as_str()), (&json!("NoTag: =1+1"), "Ours"));
    assert!(rows[0]["console_url"].ends_with("#InstanceDetails:instanceId=i-00000000000000001"), "{rows:?}");
    let unseen = &rows[2];
    assert_eq!(
        (unseen["region"].as_str(), unseen["instance_id"].as_str(), unseen["hosts"].as_str()),
        ("us-east-1", "", "1")
    );
    assert_eq!((unseen["verdict"].as_str(), unseen["reasons"].as_str()), ("unknown", "NotInspected"));
}

#[test]
fn no_field_is_a_formula_and_no_name_is_markup() {
    let mut hostile = host(1, "blocked", Some("NoTag"));
    hostile["name"] = json!("=cmd|' /C calc'!A0");
    hostile["vpc"] = json!("</script><script>alert(1)</script>\u{2028}");
    let (run, made) = made(&[hostile]);
    let table = String::from_utf8(made.table).unwrap();
    assert!(table.contains(",'=cmd|") && !table.contains(",=cmd|"), "{table}");
    let page = render(&run, &made.coverage, &[], &made.hosts, None).unwrap();
    assert!(!page.contains("<script>alert"));
    assert!(page.contains("\\u003c/script\\u003e\\u003cscript\\u003ealert(1)") && page.contains("\\u2028"));
}

#[test]
fn a_cell_of_an_account_that_the_run_does_not_know_counts_for_nothing() {
    let run = inspection(&json!({}), &looked_at());
    let mut making = Making::new(&run).unwrap();
    let mut foreign = cell(&[host(1, "patched", None)]);
    foreign["account"] = json!("999999999999");
    making.add(&from_value(foreign).unwrap()).unwrap();
    let made = making.finish(Earlier::default()).unwrap();
    assert_eq!((made.coverage.hosts.of(Verdict::Patched), made.hosts.contains("999999999999")), (0, false));
}

/// Nobody has to look into a policy to know it.
#[test]
fn that_all_is_turned_off_and_what_is_denied_is_said_and_is_never_green() {
    let page = |policy: Value, regions: Value| {
        let run = inspection(&json!({ "policy": policy }), &json!({ "regions": regions }));
        let mut making = Making::new(&run).unwrap();
        making.add(&from_value(cell(&[host(1, "patched", None)])).unwrap()).unwrap();
        let Made { coverage, hosts, .. } = making.finish(Earlier::default()).unwrap();
        let page = render(&run, &coverage, &[], &hosts, None).unwrap();
        (page, message::text(&run, &coverage, None))
    };
    let seen = json!({"region": "eu-west-1", "status": "succeeded", "hosts": {"hosts": 1}});
    let denied = json!({"region": "us-east-1", "status": "skipped", "skipped": {"name": "RegionDenied", "cause": "an explicit deny"}});
    let (good, text) = page(json!({}), json!([seen]));
    assert!(
        good.contains("<body class=\"good\">")
            && good.contains("<h1><span class=\"mark\" aria-hidden=\"true\"></span>The one host is patched")
    );
    assert!(!good.contains("DisablePatchManager") && !text.contains("DisablePatchManager"));
    let (off, text) = page(json!({"disabled": true}), json!([seen]));
    assert!(off.contains("<body class=\"warned\">") && off.contains("Patch Manager is disabled"));
    assert!(text.contains("Patch Manager is disabled"), "{text}");
    let (part, text) = page(json!({}), json!([seen, denied]));
    assert!(part.contains("<body class=\"warned\">") && part.contains("1 of 1 host"), "not all, as nobody knows");
    for said in ["1 place is denied by service control policies.", "RegionDenied", "an explicit deny"] {
        assert!(part.contains(said) && text.contains(said), "{said}: {text}");
    }
}

#[test]
fn the_subject_says_what_is_to_be_done_first() {
    let subject = |hosts: &[Value]| message::subject(&made(hosts).1.coverage);
    let many = |patched: usize, blocked: usize| -> Vec<Value> {
        let patched = (0..patched).map(|number| host(number, "patched", None));
        patched.chain((0..blocked).map(|number| host(2_000 + number, "blocked", Some("NoTag")))).collect()
    };
    assert_eq!(
        subject(&many(0, 1_294)),
        "Patch Manager: 1,294 of 1,295 hosts will not be patched, 1 place not looked at"
    );
    assert_eq!(subject(&many(1, 0)), "Patch Manager: 1 of 2 hosts are patched (50.0 %), 1 place not looked at");
    let whole = |hosts: &[Value]| {
        let run = inspection(
            &json!({}),
            &json!({"regions": [{"region": "eu-west-1", "status": "succeeded", "hosts": {"hosts": 1}}]}),
        );
        let mut making = Making::new(&run).unwrap();
        making.add(&from_value(cell(hosts)).unwrap()).unwrap();
        message::subject(&making.finish(Earlier::default()).unwrap().coverage)
    };
    assert_eq!(whole(&many(3, 0)), "Patch Manager: all 3 hosts are patched");
    assert_eq!(
        whole(&[host(1, "excluded", Some("Replaced"))]),
        "Patch Manager: there is no host that is to be patched"
    );
    let failed = inspection(&json!({"error": {"Error": "InvalidPolicy\n", "Cause": "no"}}), &looked_at());
    let coverage = Making::new(&failed).unwrap().finish(Earlier::default()).unwrap().coverage;
    assert!(message::subject(&coverage).starts_with("Patch Manager: the inspection could not be done: InvalidPolicy?"));
}

#[test]
fn only_an_inspection_of_the_whole_scope_has_metrics() {
    let of = |changes: &Value| {
        let run = inspection(changes, &looked_at());
        let mut making = Making::new(&run).unwrap();
        making
            .add(&from_value(cell(&[host(1, "patched", None), host(2, "excluded", Some("Replaced"))])).unwrap())
            .unwrap();
        let coverage = making.finish(Earlier::default()).unwrap().coverage;
        let metrics = crate::metrics::Metrics { namespace: "PatchManager".into(), stack: "patch-manager".into() };
        let line = metrics.of_inspection(&run, &coverage, "2026-11-28T06:00:00Z".parse().unwrap())?;
        Some(from_str::<Value>(&line).unwrap())
    };
    let line = of(&json!({})).unwrap();
    let named = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
    assert_eq!(named.len(), 12);
    assert!(named.iter().all(|metric| line[metric["Name"].as_str().unwrap()].is_number()), "{line}");
    assert_eq!(
        (&line["HostsTotal"], &line["PatchedPercent"], &line["CellsNotInspected"]),
        (&json!(2), &json!(50.0), &json!(1))
    );
    assert_eq!((&line["OldestScanDays"], &line["HostsUnknown"]), (&json!(1), &json!(1)));
    for narrowed in [json!({"accounts": [ACCOUNT]}), json!({"regions": ["eu-west-1"]}), json!({"retryOf": "r0"})] {
        assert_eq!(of(&json!({"input": narrowed})), None);
    }
    assert_eq!(of(&json!({"error": {"Error": "InvalidPolicy", "Cause": ""}})), None);
}

#[test]
fn a_run_that_ended_before_it_knew_what_it_was_is_what_it_was_asked_to_be() {
    let run = |action: Value, input: Value| {
        crate::asked::action(&inspection(&json!({"action": action, "input": input}), &looked_at()))
            == Some(Action::Inspect)
    };
    assert!(run(json!(null), json!({"action": "inspect"})) && run(json!("inspect"), json!({"retryOf": "r0"})));
    assert!(!run(json!(null), json!({})) && !run(json!("rollout"), json!({})));
}

/// Answers a run of one account with one Region that was looked at and one that failed.
async fn server(list: &str, cells: &[String], latest: Option<&str>, history: Option<&str>) -> Server {
    const NONE: &str = "<Error><Code>NoSuchKey</Code></Error>";
    let server = Server::start().await;
    let item = json!({"account": {"S": ACCOUNT}, "name": {"S": "payments"}, "outcome": {"S": looked_at().to_string()}});
    server.answers_to("DynamoDB", 200, &json!({"Items": [item], "Count": 1}).to_string());
    let object = |object: Option<&str>| server.answers(object.map_or(404, |_| 200), object.unwrap_or(NONE));
    object(latest);
    server.answers(200, list);
    for cell in cells {
        server.answers(200, cell);
    }
    object(history);
    (0..8).for_each(|_| server.answers(200, ""));
    server
}

fn list(size: usize) -> String {
    let key = format!("runs/r1/hosts/{ACCOUNT}/eu-west-1.json");
    format!("<ListBucketResult><Contents><Key>{key}</Key><Size>{size}</Size></Contents></ListBucketResult>")
}

async fn handled(server: &Server, changes: &Value) -> crate::Response {
    let mut all = json!({"action": "inspect", "input": {"action": "inspect"}});
    all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let now = "2026-11-28T06:10:00Z".parse().unwrap();
    crate::handle(&context(server, Notify::Never), request(&all), now).await.unwrap()
}

fn written(server: &Server) -> BTreeMap<String, String> {
    let asked = server.asked().into_iter().filter(|one| one.method == "PUT");
    asked.map(|one| (one.uri.split('?').next().unwrap().to_owned(), one.body)).collect()
}

#[tokio::test]
async fn an_inspection_of_the_whole_scope_leaves_its_files_the_day_the_history_and_the_latest_page() {
    let hosts = [host(1, "patched", None), host(2, "blocked", Some("NoTag"))];
    let earlier = json!({"accounts": [{"id": ACCOUNT, "regions": [{"region": "us-east-1", "hosts": 6}]}]}).to_string();
    let server = server(&list(1_000), &[cell(&hosts).to_string()], Some(&earlier), None).await;
    let response = handled(&server, &json!({})).await;
    assert_eq!((response.report.key.as_str(), response.hosts.unwrap().all), ("runs/r1/coverage.html", 8));
    let written = written(&server);
    let names: Vec<_> = written.keys().map(|key| key.trim_start_matches("/data/")).collect();
    assert_eq!(
        names,
        [
            "history.json",
            "hosts/dt%3D2026-11-28/hosts.jsonl.gz",
            "latest/coverage.html",
            "latest/coverage.json",
            "runs/r1/coverage.csv",
            "runs/r1/coverage.html",
            "runs/r1/coverage.json",
            "runs/r1/report.json",
        ]
    );
    let history: Vec<Past> = from_str(&written["/data/history.json"]).unwrap();
    assert_eq!((history.len(), history[0].hosts.patched_percent), (1, Some(12.5)));
    let coverage: Coverage = from_str(&written["/data/runs/r1/coverage.json"]).unwrap();
    assert_eq!((coverage.hosts.assumed, coverage.not_inspected), (6, 1));
    assert_eq!(written["/data/latest/coverage.html"], written["/data/runs/r1/coverage.html"]);
}

/// One that began earlier may end later.
#[tokio::test]
async fn what_a_later_inspection_left_stays() {
    let later = json!({"startedAt": "2099-01-01T00:00:00Z", "accounts": []}).to_string();
    let server = server(&list(1_000), &[cell(&[host(1, "patched", None)]).to_string()], Some(&later), Some("[]")).await;
    handled(&server, &json!({})).await;
    let names: Vec<_> = written(&server).into_keys().filter(|key| !key.starts_with("/data/runs/")).collect();
    assert_eq!(names, ["/data/history.json"]);
}

#[tokio::test]
async fn a_narrowed_inspection_leaves_only_its_own_files() {
    let server = server(&list(1_000), &[cell(&[host(1, "patched", None)]).to_string()], None, Some("[]")).await;
    handled(&server, &json!({"input": {"action": "inspect", "accounts": [ACCOUNT]}})).await;
    let names: Vec<_> = written(&server).into_keys().collect();
    assert_eq!(
        names,
        ["coverage.csv", "coverage.html", "coverage.json", "report.json"].map(|one| format!("/data/runs/r1/{one}"))
    );
}

#[tokio::test]
async fn a_history_that_cannot_be_read_stays_as_it_is() {
    let server = server(&list(1_000), &[cell(&[host(1, "patched", None)]).to_string()], None, Some("[{}]")).await;
    handled(&server, &json!({})).await;
    assert!(!written(&server).contains_key("/data/history.json"));
}

/// The other has written between reading and writing.
#[tokio::test]
async fn two_inspections_that_end_together_are_both_in_the_history() {
    const CHANGED: &str = "<Error><Code>PreconditionFailed</Code></Error>";
    let server = Server::start().await;
    let item = json!({"account": {"S": ACCOUNT}, "name": {"S": "payments"}, "outcome": {"S": looked_at().to_string()}});
    server.answers_to("DynamoDB", 200, &json!({"Items": [item], "Count": 1}).to_string());
    let other = json!([{"run": "other", "finishedAt": "2026-11-28T06:09:59Z", "hosts": 0, "verdicts": {},
                        "patchedPercent": null, "reasons": {}}]);
    for (status, body) in [
        (404, "<Error><Code>NoSuchKey</Code></Error>".to_owned()),
        (200, list(1_000)),
        (200, cell(&[host(1, "patched", None)]).to_string()),
        (404, "<Error><Code>NoSuchKey</Code></Error>".to_owned()),
        (412, CHANGED.to_owned()),
        (200, other.to_string()),
    ] {
        server.answers(status, &body);
    }
    (0..8).for_each(|_| server.answers(200, ""));
    handled(&server, &json!({})).await;
    let history: Vec<Past> = from_str(&written(&server)["/data/history.json"]).unwrap();
    assert_eq!(history.iter().map(|past| past.run.as_str()).collect::<Vec<_>>(), ["other", "r1"]);
    let puts = server.asked().into_iter().filter(|one| one.method == "PUT" && one.uri.contains("history.json"));
    let first = puts.map(|one| one.header("if-none-match").map(ToOwned::to_owned)).next().unwrap();
    assert_eq!(first.as_deref(), Some("*"), "only where there was none");
}

#[tokio::test]
async fn hosts_whose_cell_cannot_be_read_are_unknown_and_lower_the_percentage() {
    let server = server(&list(1_000), &["{}".to_owned()], None, None).await;
    let hosts = handled(&server, &json!({})).await.hosts.unwrap();
    assert_eq!((hosts.of(Verdict::Unknown), hosts.assumed, hosts.patched_percent), (3, 3, Some(0.0)));
}

#[tokio::test]
async fn who_wants_to_know_of_failures_is_told_of_too_few_patched_hosts_too() {
    let told = async |below: f64| {
        let server = server(
            &list(1_000),
            &[cell(&[host(1, "patched", None), host(2, "blocked", Some("NoTag"))]).to_string()],
            None,
            None,
        )
        .await;
        server.answers_to("Action=Publish", 200, "<PublishResponse><PublishResult/></PublishResponse>");
        let run = inspection(
            &json!({}),
            &json!({"regions": [{"region": "eu-west-1", "status": "succeeded", "hosts": {"hosts": 2}}]}),
        );
        let context = Context { notify_below_percent: below, ..context(&server, Notify::Failure) };
        // The ledger is not asked here.
        let told = crate::report(&context, run, "2026-11-28T06:10:00Z".parse().unwrap()).await.unwrap();
        assert_eq!(told.hosts.unwrap().patched_percent, Some(50.0));
        told.notification
    };
    assert_eq!(told(50.1).await, Notification::Sent);
    assert_eq!(told(50.0).await, Notification::NotWanted);
}

#[test]
fn lines_are_gzip_that_others_read() {
    let (_, made) = made(&[host(1, "patched", None)]);
    let mut decoder = GzDecoder::new(made.lines.as_slice());
    let mut content = Vec::new();
    decoder.read_to_end(&mut content).unwrap();
    let first: Value = from_slice(content.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
    assert_eq!(first["instance_id"], "i-00000000000000001");
}
