#!/usr/bin/env bash
# Builds, uploads and deploys Patch Manager; see usage() or --help.
set -euo pipefail

usage() {
    cat <<'USAGE'
Builds the functions, uploads them with the definition and the templates, deploys, waits, and prints where to look.
Runs in the management account of an AWS Organization. Safe to run again: what did not change stays as it is, and parameters
that are not named keep their values.

  templates/deploy.sh [--parameters FILE] [--policy FILE] [NAME=VALUE ...]
  templates/deploy.sh --validate
  templates/deploy.sh --delete keep|reset
  templates/deploy.sh --build FOLDER

  --bucket BUCKET        for the artifacts, in the stack's Region; created when it is not there. By default the one that the stack
                         uses, and at first patch-manager-artifacts-ACCOUNT-REGION-an, a name that only this account can take
  --stack STACK          the stack's name (patch-manager)
  --region REGION        its Region (as the AWS CLI is configured)
  --parameters FILE      values of parameters: {"Parameters": {"NAME": "VALUE"}}
  --policy FILE          the policy as JSON, with any number of windows, instead of the parameters for windows; templates/policy.json
                         is one. Checked before anything else
  --tags KEY=VALUE       a tag of everything that is created; once for each
  NAME=VALUE             a value of one parameter, before those of the file

  --validate             checks tools, templates, definition, parameters and policy, and changes nothing but the bucket
  --delete keep|reset    removes all windows everywhere, then the stack. Default Host Management Configuration stays, so that
                         instances stay managed, and so does its role, or is reset where it is ours

  --architecture ARCH    arm64 (at first) or x86_64
  --artifacts PLACE      functions that are built already: a folder with <function>.zip of each, or the https:// or file:// URL of a
                         release, whose patch-manager-ARCH.zip holds them. Its SHA256SUMS, from the same place, find damage, and no
                         forged release
  --build FOLDER         builds them into a folder, and does nothing else
  --endpoint-url URL     a local AWS. As it has no StackSets it wants ManageMemberRoles=false
USAGE
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

bucket='' bucket_is_there=yes stack=patch-manager parameters='' policy='' architecture=arm64 artifacts='' built=$work/built
action=deploy on_delete='' local=''
values=()
tags=()

fail() {
    echo "deploy.sh: $*" >&2
    exit 1
}

say() { echo "== $*"; }

# shellcheck source=SCRIPTDIR/preflight.sh
. "$root/templates/preflight.sh"

# --- What is asked for ---

read_arguments() {
    while [ $# -gt 0 ]; do
        case $1 in
        --help | -h) usage && exit 0 ;;
        --validate) action=validate && shift && continue ;;
        --*) [ $# -gt 1 ] || fail "$1 needs a value, or is unknown; see --help" ;;
        *=*) values+=("$1") && shift && continue ;;
        *) fail "unknown: $1; see --help" ;;
        esac
        case $1 in
        --bucket) bucket=$2 ;;
        --stack) stack=$2 ;;
        --region) export AWS_REGION=$2 AWS_DEFAULT_REGION=$2 ;;
        --parameters) parameters=$2 ;;
        --policy) policy=$2 ;;
        --tags) tags+=("$2") ;;
        --architecture) architecture=$2 && values+=("Architecture=$2") ;;
        --artifacts) artifacts=$2 ;;
        --endpoint-url) export AWS_ENDPOINT_URL=$2 && local=yes ;;
        --delete) action=delete && on_delete=$2 ;;
        --build) action=build && built=$2 ;;
        *) fail "unknown: $1; see --help" ;;
        esac
        shift 2
    done
}

check_architecture() {
    case $architecture in arm64 | x86_64) ;; *) fail "--architecture is arm64 or x86_64" ;; esac
}

check_arguments() {
    check_architecture
    case $action/$on_delete in */ | delete/keep | delete/reset) ;; *) fail "--delete is keep or reset" ;; esac
    for tag in ${tags[@]+"${tags[@]}"}; do
        case $tag in ?*=*) ;; *) fail "--tags $tag: KEY=VALUE is wanted" ;; esac
    done
    for file in "$parameters" "$policy"; do
        [ -z "$file" ] || [ -r "$file" ] || fail "$file cannot be read"
    done
    case $artifacts in
    '' | https://* | file://*) ;;
    *://*) fail "--artifacts $artifacts: https://, file:// or a folder is wanted" ;;
    *) [ -d "$artifacts" ] || fail "$artifacts is neither a folder nor a URL" ;;
    esac
}

# --- What is needed ---

need() { command -v "$1" >/dev/null || fail "$1 is missing: $2"; }

check_tools() {
    need aws "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
    need python3 "Python 3.10 or later, from your system or https://www.python.org"
    export AWS_PAGER='' PYTHONUTF8=1
    region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}
    [ -n "$region" ] || fail "no Region: give --region, or configure one for the AWS CLI"
    export AWS_REGION=$region AWS_DEFAULT_REGION=$region
    # A lost connection is no failure of a deployment that takes an hour.
    export AWS_RETRY_MODE=${AWS_RETRY_MODE:-standard} AWS_MAX_ATTEMPTS=${AWS_MAX_ATTEMPTS:-8}
    local arn
    arn=$(aws sts get-caller-identity --query Arn --output text) || fail "the AWS CLI has no valid credentials"
    IFS=: read -r _ partition _ _ account _ <<<"$arn"
    case $partition in
    aws) events_region=us-east-1 ;;
    aws-us-gov) events_region=us-gov-west-1 ;;
    aws-cn) fail "not for the China Regions; see What was not tried in the README" ;;
    *) events_region=$region ;;
    esac
}

check_build_tools() {
    need cargo "https://rustup.rs"
    if ! cargo lambda --version >/dev/null 2>&1; then
        say "Installing cargo-lambda, with zig, under target/deploy-tools"
        python3 -m venv "$root/target/deploy-tools"
        "$root/target/deploy-tools/bin/pip" install --quiet cargo-lambda==1.9.2 ziglang==0.17.1
        PATH=$root/target/deploy-tools/bin:$PATH
    fi
    if command -v rustup >/dev/null; then
        case $architecture in arm64) machine=aarch64 ;; *) machine=$architecture ;; esac
        rustup target add "$machine-unknown-linux-gnu" 2>/dev/null || fail "rustup cannot add $machine-unknown-linux-gnu"
    fi
}

# The functions' own check, built for this machine. What is wrong with the file itself needs no AWS to be found: so it comes first.
check_policy() {
    [ -n "$policy" ] || return 0
    if [ -n "$artifacts" ] || ! command -v cargo >/dev/null; then
        say "$policy is not checked here, where nothing is built: the stack checks it before it changes any account"
        return
    fi
    say "Checking $policy"
    run_check "$policy"
}

# Again, when it is known what the member roles are, or will be, made for.
check_policy_for_roles() {
    [ -n "$policy" ] && [ -z "$artifacts" ] && command -v cargo >/dev/null || return 0
    run_check "$policy" "$(python3 - "$work/effective.json" <<'PYTHON'
import json, sys

of = json.load(open(sys.argv[1]))
path = of["RolePath"]
print(json.dumps({"taskRole": path + of["TaskRoleName"], "dhmcRole": (path or "service-role/") + of["DhmcRoleName"],
                  "ownerTag": {"key": of["OwnerTagKey"], "value": of["OwnerTagValue"]}, "documents": of["Documents"].split(",")}))
PYTHON
)"
}

run_check() {
    cargo run --quiet --manifest-path "$root/Cargo.toml" --package patching --bin check-policy -- "$@" || fail "nothing was done"
}

# --- Artifacts ---

functions() {
    for main in "$root"/functions/*/src/main.rs; do
        basename "$(dirname "$(dirname "$main")")"
    done
}

collect_artifacts() {
    mkdir "$work/artifacts"
    cp "$root"/templates/*.yaml "$root/statemachine/rollout.asl.json" "$work/artifacts"
    [ "$action" = deploy ] || return 0
    case $artifacts in
    '') build ;;
    *://*) fetch ;;
    *) built=$artifacts ;;
    esac
    for function in $(functions); do
        [ -r "$built/$function.zip" ] || fail "${artifacts:-$built} has no $function.zip"
        cp "$built/$function.zip" "$work/artifacts"
    done
}

# A release has the functions of its own definition and templates: check out its tag.
fetch() {
    say "Fetching the functions for $architecture from $artifacts"
    python3 - "$artifacts" "patch-manager-$architecture.zip" "$built" <<'PYTHON'
import hashlib, io, sys, urllib.request, zipfile

url, name, folder = sys.argv[1:]

def get(file):
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/{file}", timeout=300) as answer:
            if not answer.url.startswith(("https:", "file:")):
                sys.exit(f"deploy.sh: {url}: {file} is sent on to {answer.url}; https:// is wanted")
            return answer.read()
    except OSError as problem:
        sys.exit(f"deploy.sh: {url}: {file}: {problem}")

sums = {name.lstrip("*"): digest for digest, name in map(str.split, get("SHA256SUMS").decode().splitlines())}
content = get(name)
if hashlib.sha256(content).hexdigest() != sums.get(name):
    sys.exit(f"deploy.sh: {url}: {name} is not what SHA256SUMS says")
zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
PYTHON
}

build() {
    check_build_tools
    say "Building the functions for $architecture"
    local packages=()
    for function in $(functions); do
        packages+=(--package "$function")
    done
    case $architecture in arm64) flag=--arm64 ;; *) flag=--x86-64 ;; esac
    (cd "$root" && cargo lambda build --locked --release "$flag" --output-format zip --lambda-dir "$work/lambda" "${packages[@]}")
    mkdir -p "$built"
    for function in $(functions); do
        mv "$work/lambda/$function/bootstrap.zip" "$built/$function.zip"
    done
}

# A key that names its content never changes what it holds: a function, the definition or a nested template that changed has
# another key, so CloudFormation sees it; and what an earlier deployment uses is still there for a rollback.
content_hash() {
    python3 - "$work/artifacts" <<'PYTHON'
import hashlib, pathlib, sys, zipfile

def content(path):
    if path.suffix != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as zipped:  # of a zip, what is in it: when it was made does not matter
        return b"".join(zipped.read(name) for name in sorted(zipped.namelist()))

whole = hashlib.sha256()
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    whole.update(path.name.encode() + hashlib.sha256(content(path)).digest())
print(whole.hexdigest()[:20])
PYTHON
}

# Each call says whose the bucket has to be: names of buckets can be guessed, and taken by somebody else.
s3() {
    local operation=$1
    shift
    aws s3api "$operation" --bucket "$bucket" --expected-bucket-owner "$account" "$@"
}

upload() {
    make_bucket
    prefix=$stack/$(content_hash)/
    templates_url=${AWS_ENDPOINT_URL:-https://s3.$region.amazonaws.com}/$bucket/$prefix
    if s3 head-object --key "${prefix}complete" >/dev/null 2>&1; then
        say "The artifacts are in s3://$bucket/$prefix"
        return
    fi
    say "Uploading to s3://$bucket/$prefix"
    for file in "$work"/artifacts/*; do
        s3 put-object --key "$prefix$(basename "$file")" --body "$file" >/dev/null
    done
    s3 put-object --key "${prefix}complete" >/dev/null
}

make_bucket() {
    [ -z "$bucket_is_there" ] || return 0
    say "Creating bucket $bucket"
    local options=()
    [ "$region" = us-east-1 ] || options=(--create-bucket-configuration "LocationConstraint=$region")
    case $bucket in *-"$account-$region-an") options+=(--bucket-namespace account-regional) ;; esac
    aws s3api create-bucket --bucket "$bucket" ${options[@]+"${options[@]}"} >/dev/null ||
        fail "bucket $bucket cannot be created: name another with --bucket, or bring the AWS CLI up to date"
    s3 put-public-access-block --public-access-block-configuration \
        BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
    s3 put-bucket-versioning --versioning-configuration Status=Enabled
    s3 put-bucket-lifecycle-configuration --lifecycle-configuration '{"Rules": [{"ID": "old-versions", "Status": "Enabled",
        "Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]}' >/dev/null
    if [ ${#tags[@]} -gt 0 ]; then
        s3 put-bucket-tagging --tagging "{\"TagSet\": $(tag_list)}"
    fi
    [ -n "$local" ] || s3 put-bucket-policy --policy "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Sid\": \"TlsOnly\",
        \"Effect\": \"Deny\", \"Principal\": \"*\", \"Action\": \"s3:*\",
        \"Resource\": [\"arn:$partition:s3:::$bucket\", \"arn:$partition:s3:::$bucket/*\"],
        \"Condition\": {\"Bool\": {\"aws:SecureTransport\": \"false\"}}}]}"
}

tag_list() {
    python3 -c 'import json, sys
print(json.dumps([dict(zip(("Key", "Value"), tag.split("=", 1))) for tag in sys.argv[1:]]))' "${tags[@]}"
}

# --- Parameters ---

# What the user says, of main.yaml's parameters, into $work/wanted.json, and what main.yaml's parameters are after this, so far as
# one can say, into $work/effective.json.
read_parameters() {
    deployed "$stack" >"$work/deployed.json"
    python3 - "$root/templates/main.yaml" "$parameters" "$policy" "$work" -- ${values[@]+"${values[@]}"} <<'PYTHON'
import json, pathlib, re, sys

template, parameters, policy, work, _, *given = sys.argv[1:]
work = pathlib.Path(work)

def stop(problem):
    sys.exit(f"deploy.sh: {problem}")

def once(path):
    def members(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:  # the last one would win without a word
            stop(f"{path}: {', '.join(twice)}: each key once in an object")
        return dict(pairs)
    return members

def read(path):
    try:
        return json.loads(pathlib.Path(path).read_text(), object_pairs_hook=once(path))
    except ValueError as problem:
        stop(f"{path}: no JSON: {problem}")

def from_file(path):
    content = read(path)
    if isinstance(content, list):  # as create-stack takes them
        return {one["ParameterKey"]: one["ParameterValue"] for one in content}
    return content.get("Parameters", content)

# The member roles name what tasks may run; a policy that is none is refused by the stack.
def documents(policy):
    names = {"AWS-RunPatchBaseline", "AWS-UpdateSSMAgent"}
    def within(value, *fields):
        for field in fields:
            value = value.get(field) if isinstance(value, dict) else None
        return list(value.values() if isinstance(value, dict) else value if isinstance(value, list) else [])
    windows = within(policy, "windows") + [one for wave in within(policy, "waves") for one in within(wave, "windows")]
    for window in windows:
        task = window.get("task") if isinstance(window, dict) else None
        named = task.get("document") if isinstance(task, dict) else None
        names |= {named.rsplit(":document/", 1)[-1]} if isinstance(named, str) else set()
    return ",".join(sorted(names))

def from_policy(path):
    policy = read(path)
    if isinstance(policy, dict):
        policy.pop("$schema", None)  # for editors
    # In a parameter of Systems Manager {{ would be a reference to another one.
    text = json.dumps(policy, separators=(",", ":"), ensure_ascii=False).replace("{{", "{\\u007b")
    size = len(text.encode())
    if size > 8192:
        stop(f"{path}: {size} bytes without spaces; an SSM parameter, which holds the policy, takes 8192")
    # A template's parameter takes 4096 bytes.
    end = len(text.encode()[:4096].decode(errors="ignore"))
    while end < len(text) and (text[end - 1].isspace() or text[end].isspace()):
        end -= 1
    return {"PatchPolicy": text[:end], "PatchPolicyContinued": text[end:], "Documents": documents(policy)}

wanted = {}
if parameters:
    wanted |= from_file(parameters)
if policy:
    wanted |= from_policy(policy)
wanted |= dict(text.split("=", 1) for text in given)
section = re.search(r"^Parameters:\n((?:[ #].*\n|\n)+)", pathlib.Path(template).read_text(), re.M)[1]
known = re.findall(r"^  (\w+):$", section, re.M)
unknown = sorted(set(wanted) - set(known))
if unknown:
    stop(f"main.yaml has no parameter {', '.join(unknown)}; what a window can have beside its parameters is in a policy file")
deployed = json.loads((work / "deployed.json").read_text())
gone = [f"{name}={value}" for name, value in sorted(deployed.items()) if name not in known]
if gone:
    print("== main.yaml has these no more; what differs from their defaults goes into a policy file:", *gone, sep="\n   ")
wanted = {name: str(value) for name, value in wanted.items()}
if (deployed | wanted).get("PatchPolicy"):
    composed = set(re.findall(r"^  (\w+):$", section[section.index("# The policy, composed"):], re.M))
    composed -= {"Timezone", "DhmcRoleName", "TaskRoleName", "Documents", "OwnerTagKey", "OwnerTagValue"}
    unused = sorted(composed & set(wanted))
    if unused:
        print("== These are not used, as PatchPolicy says it all; PatchPolicy= PatchPolicyContinued= takes it away:", *unused, sep="\n   ")
defaults = {name: default.strip("\"'") for name, default in
            re.findall(r"^  (\w+):\n(?:    .*\n)*?    Default: (.*)\n", section, re.M)}
(work / "wanted.json").write_text(json.dumps(wanted))
(work / "effective.json").write_text(json.dumps(defaults | deployed | wanted))
PYTHON
}

# The parameters of a stack that is there, as {NAME: VALUE}.
deployed() {
    local status
    status=$(status_of "$1")
    if is_created_anew "$status"; then
        echo '{}'
    else
        aws cloudformation describe-stacks --stack-name "$1" --query 'Stacks[0].Parameters' --output json |
            python3 -c 'import json, sys
print(json.dumps({one["ParameterKey"]: one["ParameterValue"] for one in json.load(sys.stdin) or []}))'
    fi
}

# What main.yaml's parameter is after this.
effective() {
    python3 -c 'import json, sys
print(json.load(open(sys.argv[1])).get(sys.argv[2], ""))' "$work/effective.json" "$1"
}

# STACK TEMPLATE NAME=VALUE ...: the parameters for a change set, into $work/parameters.json. What the user says goes before
# what this script knows; what nobody says keeps its value. Stacks beside the main one have its values of what both know.
set_parameters() {
    local name=$1 template=$2
    shift 2
    deployed "$name" >"$work/current.json"
    python3 - "$root/templates/$template" "$work" "$([ "$name" = "$stack" ] || echo beside)" "$@" <<'PYTHON'
import json, pathlib, re, sys

template, work, beside, *own = sys.argv[1:]
work = pathlib.Path(work)
read = lambda name: json.loads((work / name).read_text())
section = re.search(r"^Parameters:\n((?:[ #].*\n|\n)+)", pathlib.Path(template).read_text(), re.M)[1]
values = (read("deployed.json") if beside else {}) | dict(text.split("=", 1) for text in own) | read("wanted.json")
current, parameters = read("current.json"), []
for name in re.findall(r"^  (\w+):$", section, re.M):
    if name in values:
        parameters.append({"ParameterKey": name, "ParameterValue": values[name]})
    elif name in current:
        parameters.append({"ParameterKey": name, "UsePreviousValue": True})
(work / "parameters.json").write_text(json.dumps(parameters))
PYTHON
}

find_organization() {
    organization=$(aws organizations describe-organization --query Organization.Id --output text) ||
        fail "this account is in no organization, or may not read it"
    management=$(aws organizations describe-organization --query Organization.MasterAccountId --output text)
    [ "$management" = "$account" ] || fail "account $account is not the management account, which is $management"
    organization_root=$(effective RootOrganizationalUnitId)
    [ -n "$organization_root" ] || organization_root=$(aws organizations list-roots --query 'Roots[0].Id' --output text)
}

# --- Stacks ---

# STACK QUERY: what CloudFormation says of it
of_stack() { aws cloudformation describe-stacks --stack-name "$1" --query "$2" --output text; }

# What is no answer about the stack, as a network that is down or credentials that have ended, ends the script and says so.
status_of() {
    ! of_stack "$1" 'Stacks[0].StackStatus' 2>"$work/error" || return 0
    grep -q 'does not exist' "$work/error" || fail "stack $1: $(tail -n 1 "$work/error")
What CloudFormation is doing goes on by itself. Run the same command again, with valid credentials, to go on from there."
    echo none
}

# STATUS: whether a stack with it is created: it is not there, or only what its creation left, which can do nothing else.
is_created_anew() {
    case $1 in none | ROLLBACK_COMPLETE | REVIEW_IN_PROGRESS) ;; *) return 1 ;; esac
}

# Lets CloudFormation check template, parameters and rules, and writes the change set's ARN to $work/change-set, or nothing
# when there is nothing to change.
make_change_set() {
    local name=$1 template=$2 status type=UPDATE reason
    status=$(status_of "$name")
    case $status in
    REVIEW_IN_PROGRESS) ;;
    ROLLBACK_FAILED | DELETE_FAILED) fail "stack $name is $status and takes no more than its deletion: --delete keep, then deploy again" ;;
    *_IN_PROGRESS)
        say "Stack $name is being changed, by an earlier run of this or by somebody else"
        wait_for "$name"
        status=$(status_of "$name")
        ;;
    esac
    if is_created_anew "$status"; then
        delete_and_wait "$name"
        type=CREATE
    fi
    local source=(--template-url "$templates_url$template")
    # As far as it fits a stack in another Region needs no bucket.
    [ "$(wc -c <"$root/templates/$template")" -gt 51200 ] || source=(--template-body "file://$root/templates/$template")
    [ ${#tags[@]} -eq 0 ] || source+=(--tags "$(tag_list)")
    aws cloudformation create-change-set --stack-name "$name" --change-set-name "deploy-$(date +%s)" --change-set-type "$type" \
        "${source[@]}" --parameters "file://$work/parameters.json" --capabilities CAPABILITY_NAMED_IAM \
        --query Id --output text >"$work/change-set"
    while true; do
        status=$(aws cloudformation describe-change-set --change-set-name "$(cat "$work/change-set")" --query Status --output text)
        case $status in *_PENDING | *_IN_PROGRESS) ;; *) break ;; esac
        sleep "${local:+0.0}3"
    done
    [ "$status" = FAILED ] || return 0
    reason=$(aws cloudformation describe-change-set --change-set-name "$(cat "$work/change-set")" --query StatusReason --output text)
    case $reason in *"didn't contain changes"* | *'No updates are to be performed'*) ;; *) fail "stack $name: $reason" ;; esac
    aws cloudformation delete-change-set --change-set-name "$(cat "$work/change-set")"
    : >"$work/change-set"
}

deploy_stack() {
    local name=$1 template=$2 change_set
    say "Stack $name"
    make_change_set "$name" "$template"
    change_set=$(cat "$work/change-set")
    if [ -z "$change_set" ]; then
        echo "nothing to change"
        return
    fi
    aws cloudformation execute-change-set --change-set-name "$change_set"
    wait_for "$name"
}

# Until the stack has come to an end; says why when that is a failure.
wait_for() {
    local status said=''
    while true; do
        status=$(status_of "$1")
        case $status in
        *_IN_PROGRESS) ;;
        CREATE_COMPLETE | UPDATE_COMPLETE | DELETE_COMPLETE | none) echo "$status" && return ;;
        *) explain "$1" "$status" ;;
        esac
        if [ -z "$said$local" ]; then
            echo "This may take an hour. Should your session end before: the stack goes on, and so does the same command, run again."
            said=yes
        fi
        sleep "${local:+0.0}5"
    done
}

# The reasons of a stack's last operation, of the stacks inside of it too: from the events of this operation, as a nested stack
# that failed is rolled back or gone by now.
explain() {
    echo "stack $1: $2" >&2
    python3 - "$1" "$(command -v aws)" >&2 <<'PYTHON'
import json, subprocess, sys

def events(stack):
    command = [sys.argv[2], "cloudformation", "describe-stack-events", "--stack-name", stack, "--output", "json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["StackEvents"]

def is_own(event):
    return event["PhysicalResourceId"] == event["StackId"]

def begins(event):
    return is_own(event) and event["ResourceStatus"] in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")

def explain(stack, since, indent):
    found = events(stack)
    since = since or next((event["Timestamp"] for event in found if begins(event)), "")
    inner = set()
    for event in reversed(found):
        reason = event.get("ResourceStatusReason", "")
        if event["Timestamp"] < since or not event["ResourceStatus"].endswith("FAILED") or "cancelled" in reason:
            continue
        print(f"{indent}{event['LogicalResourceId']}: {reason}")
        nested = event["PhysicalResourceId"]
        if event["ResourceType"] == "AWS::CloudFormation::Stack" and not is_own(event) and nested and nested not in inner:
            inner.add(nested)
            explain(nested, since, indent + "  ")

explain(sys.argv[1], None, "  ")
PYTHON
    case $2 in
    UPDATE_ROLLBACK_FAILED) echo "To go on: aws cloudformation continue-update-rollback --stack-name $1" >&2 ;;
    esac
    exit 1
}

delete_and_wait() {
    local status id
    status=$(status_of "$1")
    [ "$status" != none ] || return 0
    # A stack that is gone has no name any more, but its id.
    id=$(of_stack "$1" 'Stacks[0].StackId')
    [ "$status" = DELETE_IN_PROGRESS ] || aws cloudformation delete-stack --stack-name "$id"
    wait_for "$id"
}

# COMMAND ...: in the Region in which events of AWS Organizations exist
where_events_are() {
    AWS_REGION=$events_region AWS_DEFAULT_REGION=$events_region "$@"
}

# --- What the script does ---

# deploy_stack, or its check without the execution. The role for Default Host Management Configuration is a stack of its own, which
# outlives the others.
each_stack() {
    local step=$1
    local common=("ArtifactsBucket=$bucket" "ArtifactsPrefix=$prefix" "Architecture=$architecture"
        "OrganizationId=$organization" "RootOrganizationalUnitId=$organization_root" ${local:+"TemplatesUrl=$templates_url"})
    dhmc_roles "$step"
    set_parameters "$stack" main.yaml "${common[@]}"
    "$step" "$stack" main.yaml
    if [ "$events_region" != "$region" ]; then
        where_events_are set_parameters "$stack-organization-events" org-events.yaml "HomeRegion=$region"
        where_events_are "$step" "$stack-organization-events" org-events.yaml
    fi
}

# STEP [NAME=VALUE ...]
dhmc_roles() {
    local step=$1 has_role=() common=("TemplatesUrl=$templates_url" "RootOrganizationalUnitId=$organization_root")
    shift
    [ "$(effective ManageMemberRoles)" != false ] || return 0
    # With its path: preflight has looked.
    if has_dhmc_role; then
        has_role=(ManagementAccountHasRole=true)
    fi
    set_parameters "$stack-dhmc-roles" org-dhmc-roles.yaml "${common[@]}" ${has_role[@]+"${has_role[@]}"} "$@"
    "$step" "$stack-dhmc-roles" org-dhmc-roles.yaml
}

# Where windows write their output the role for Default Host Management Configuration may write, and nowhere else.
allow_output() {
    [ "$(effective ManageMemberRoles)" != false ] || return 0
    aws ssm get-parameter --name "$(output_of PolicyParameterName)" --query Parameter.Value --output text >"$work/applied.json"
    deployed "$stack-dhmc-roles" >"$work/current.json"
    python3 - "$work" "$partition" >"$work/outputs" <<'PYTHON'
import json, pathlib, sys

work, partition = pathlib.Path(sys.argv[1]), sys.argv[2]
objects, groups = set(), set()
policy = json.loads((work / "applied.json").read_text())

def merged(value, patch):  # RFC 7396
    if not isinstance(patch, dict):
        return patch
    value = dict(value) if isinstance(value, dict) else {}
    return {name: merged(value.get(name), patch[name]) if name in patch else value[name] for name in value | patch}

windows = {window["name"]: window for window in policy["windows"]}
waves = [(wave.get("windows") or {}).items() for wave in policy.get("waves") or []]
for window in [*windows.values(), *(merged(windows.get(name), patch) for wave in waves for name, patch in wave if patch)]:
    output = window["task"].get("output") or {}
    if output.get("s3Bucket"):
        place = "/".join([output["s3Bucket"], *filter(None, [(output.get("s3Prefix") or "").strip("/")]), "*"])
        objects.add(f"arn:{partition}:s3:::{place}")
    if output.get("cloudWatchLogGroup"):
        group = f"arn:{partition}:logs:*:*:log-group:{output['cloudWatchLogGroup']}"
        groups |= {group, group + ":*"}
wanted = {"OutputObjectArns": ",".join(sorted(objects)), "OutputLogGroupArns": ",".join(sorted(groups))}
current = json.loads((work / "current.json").read_text())
if any(current.get(name, "") != value for name, value in wanted.items()):
    print(*(f"{name}={value}" for name, value in wanted.items()), sep="\n")
PYTHON
    if [ -s "$work/outputs" ]; then
        dhmc_roles deploy_stack "$(head -n 1 "$work/outputs")" "$(tail -n 1 "$work/outputs")"
    fi
}

check_stack() {
    local before
    before=$(status_of "$1")
    say "Checking $2"
    if [ "$before" = ROLLBACK_COMPLETE ]; then
        echo "not checked: the stack $1 was rolled back, and is deleted when you deploy"
        return
    fi
    make_change_set "$1" "$2"
    if [ "$before" = none ]; then
        delete_and_wait "$1" # it holds nothing but the change set
    elif [ -s "$work/change-set" ]; then
        aws cloudformation delete-change-set --change-set-name "$(cat "$work/change-set")"
    fi
}

validate() {
    for template in "$root"/templates/*.yaml; do
        [ -z "$local" ] || ! grep -q 'AWS::CloudFormation::StackSet$' "$template" || continue # which it does not know
        aws cloudformation validate-template --template-url "$templates_url$(basename "$template")" >/dev/null
        echo "$(basename "$template") is valid"
    done
    definition_without_substitutions >"$work/definition.json"
    local result
    result=$(aws stepfunctions validate-state-machine-definition --definition "file://$work/definition.json" \
        --query result --output text)
    [ "$result" = OK ] || fail "Step Functions refuses rollout.asl.json"
    echo "rollout.asl.json is valid"
    each_stack check_stack
    say "All valid; nothing was deployed"
}

# What CloudFormation puts in has to be something.
definition_without_substitutions() {
    sed -E 's/\$\{(Account|Region)Concurrency\}/1/; s/\$\{\w*FunctionArn\}/arn:aws:lambda:us-east-1:111122223333:function:f/;
        s/\$\{Partition\}/aws/; s/\$\{DeadLetterQueueUrl\}/https:\/\/sqs.us-east-1.amazonaws.com\/111122223333\/q/;
        s/\$\{\w+\}/name/g' "$root/statemachine/rollout.asl.json"
}

output_of() { of_stack "$stack" "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"; }

show() {
    say "Outputs of $stack"
    of_stack "$stack" 'Stacks[0].Outputs[].[OutputKey, OutputValue]'
    local machine execution report console dashboards
    machine=$(output_of StateMachineArn)
    execution=$(aws stepfunctions list-executions --state-machine-arn "$machine" --no-paginate --max-results 1 --output text \
        --query 'executions[0].executionArn')
    report=$(output_of RolloutReport)
    case $machine in
    arn:aws-us-gov:*) console=console.amazonaws-us-gov.com ;;
    *) console=$region.console.aws.amazon.com ;;
    esac
    say "In the console"
    echo "state machine:   https://$console/states/home?region=$region#/statemachines/view/$machine"
    [ "$execution" = None ] ||
        echo "last execution:  https://$console/states/home?region=$region#/v2/executions/details/$execution"
    case $report in
    s3://*)
        report=${report#s3://}
        echo "report:          https://$console/s3/object/${report%%/*}?region=$region&prefix=${report#*/}"
        ;;
    esac
    dashboards="https://$console/cloudwatch/home?region=$region#dashboards/dashboard/$(output_of DashboardName)"
    echo "dashboards:      $dashboards"
    echo "of hosts:        $dashboards-hosts"
}

delete() {
    local data='' status events others=none
    status=$(status_of "$stack")
    events=$(where_events_are status_of "$stack-organization-events")
    [ "$on_delete" = keep ] || others=$(status_of "$stack-dhmc-roles")
    [ "$status$events$others" != nonenonenone ] || fail "there is no stack $stack in $region"
    case $status in
    none | DELETE_* | ROLLBACK_* | CREATE_FAILED | REVIEW_IN_PROGRESS) ;; # such a stack takes no more than its deletion
    *)
        data=$(output_of DataBucketName)
        say "Default Host Management Configuration: $on_delete"
        set_on_delete "$([ "$on_delete" = keep ] && echo Keep || echo Reset)"
        ;;
    esac
    if [ "$events_region" != "$region" ]; then
        where_events_are delete_and_wait "$stack-organization-events"
    fi
    [ "$(effective ManageMemberRoles)" = false ] || leave_closed_accounts "$(effective ResourcePrefix)-member-roles"
    say "Deleting stack $stack: its last rollout removes the windows, then the rest goes"
    delete_and_wait "$stack"
    if [ "$others" != none ]; then
        if ! is_created_anew "$others"; then
            deployed "$stack-dhmc-roles" >"$work/effective.json" # the main one may be gone for long
            check_dhmc_is_reset
            leave_closed_accounts "$(effective ResourcePrefix)-dhmc-roles"
        fi
        say "Deleting stack $stack-dhmc-roles"
        delete_and_wait "$stack-dhmc-roles"
    elif [ "$on_delete" = keep ]; then
        echo "Kept: the stack $stack-dhmc-roles with the role that Default Host Management Configuration names"
    fi
    echo "Kept: the reports ${data:+in s3://$data }and the artifacts. To remove a bucket: aws s3 rb --force s3://NAME, after its versions"
}

# A role that a setting names has to stay: without it instances are not managed.
check_dhmc_is_reset() {
    local path set
    path=$(effective RolePath)
    set=$(aws ssm get-service-setting --setting-id /ssm/managed-instance/default-ec2-instance-management-role \
        --query ServiceSetting.SettingValue --output text)
    [ "$set" != "${path:-service-role/}$(effective DhmcRoleName)" ] ||
        fail "Default Host Management Configuration still has the role $set here, and maybe elsewhere, so the stack $stack-dhmc-roles \
stays. To reset it, deploy again, and then --delete reset"
}

# StackSets cannot delete a stack in an account that was closed or suspended, and the deletion of the StackSet would fail for
# good: takes such accounts out of it, with their stacks left as they are.
leave_closed_accounts() {
    local operation target regions
    if ! aws cloudformation list-stack-instances --stack-set-name "$1" --call-as SELF --output json \
        --query 'Summaries[].[Account, OrganizationalUnitId, Region]' >"$work/instances.json" 2>"$work/error"; then
        grep -q 'StackSetNotFound' "$work/error" || fail "StackSet $1: $(tail -n 1 "$work/error")"
        return 0
    fi
    aws organizations list-accounts --query Accounts --output json >"$work/accounts.json"
    python3 - "$work" >"$work/closed" <<'PYTHON'
import collections, json, pathlib, sys

work = pathlib.Path(sys.argv[1])
accounts = json.loads((work / "accounts.json").read_text())
active = {one["Id"] for one in accounts if one.get("State", one.get("Status")) == "ACTIVE"}
closed = collections.defaultdict(set)
for account, unit, region in json.loads((work / "instances.json").read_text()):
    if account not in active:
        closed[unit, region].add(account)
for (unit, region), ids in sorted(closed.items()):
    target = {"OrganizationalUnitIds": [unit], "Accounts": sorted(ids), "AccountFilterType": "INTERSECTION"}
    print(region, json.dumps(target, separators=(",", ":")))
PYTHON
    while read -r regions target; do
        say "StackSet $1: leaving the stacks in closed accounts, $target"
        operation=$(aws cloudformation delete-stack-instances --stack-set-name "$1" --call-as SELF --regions "$regions" \
            --deployment-targets "$target" --retain-stacks --query OperationId --output text \
            --operation-preferences FailureTolerancePercentage=100,MaxConcurrentPercentage=100 </dev/null)
        while true; do
            case $(aws cloudformation describe-stack-set-operation --stack-set-name "$1" --operation-id "$operation" --call-as SELF \
                --query StackSetOperation.Status --output text </dev/null) in
            RUNNING | QUEUED | STOPPING) sleep 5 ;;
            *) break ;;
            esac
        done
    done <"$work/closed"
}

# Says so in the parameter, and in a policy that was given as a whole; changes nothing else, and nothing when both say so.
set_on_delete() {
    python3 - "$work" "$1" <<'PYTHON'
import json, pathlib, sys

work, wanted = pathlib.Path(sys.argv[1]), sys.argv[2].lower()
current = json.loads((work / "deployed.json").read_text())
text = current["PatchPolicy"] + current["PatchPolicyContinued"]
if text:
    policy = json.loads(text)
    dhmc = policy.get("dhmc") or {}
    if dhmc.get("onDelete", "keep") != wanted:
        policy["dhmc"] = {**dhmc, "onDelete": wanted}
        (work / "policy.json").write_text(json.dumps(policy))
PYTHON
    [ ! -e "$work/policy.json" ] || policy=$work/policy.json
    values=("DefaultHostManagementOnDelete=$1")
    read_parameters
    python3 - "$work" >"$work/update.json" <<'PYTHON'
import json, pathlib, sys

current, wanted = (json.loads((pathlib.Path(sys.argv[1]) / name).read_text()) for name in ("deployed.json", "wanted.json"))
changed = {name for name, value in wanted.items() if current.get(name) != value}
if changed:
    kept = [{"ParameterKey": name, "UsePreviousValue": True} for name in current if name not in changed]
    print(json.dumps(kept + [{"ParameterKey": name, "ParameterValue": wanted[name]} for name in sorted(changed)]))
PYTHON
    [ -s "$work/update.json" ] || return 0
    aws cloudformation update-stack --stack-name "$stack" --use-previous-template --capabilities CAPABILITY_NAMED_IAM \
        --parameters "file://$work/update.json" >/dev/null
    wait_for "$stack"
}

main() {
    read_arguments "$@"
    check_arguments
    if [ "$action" = build ]; then
        need python3 "Python 3.10 or later"
        build
        return
    fi
    check_policy
    check_tools
    # Before minutes of building: are these parameters of the template, is the policy JSON of a size that fits?
    read_parameters
    if [ "$action" = delete ]; then
        delete
        return
    fi
    architecture=$(effective Architecture) documents=$(effective Documents)
    check_architecture
    [ ${#documents} -le 2500 ] || fail "Documents: ${#documents} characters, of which 2500 are allowed: $documents"
    check_policy_for_roles
    find_organization
    [ -n "$bucket" ] || bucket=$(effective ArtifactsBucket)
    [ -n "$bucket" ] || bucket=patch-manager-artifacts-$account-$region-an
    preflight
    collect_artifacts
    upload
    if [ "$action" = validate ]; then
        validate
        return
    fi
    each_stack deploy_stack
    allow_output
    show
}

main "$@"
