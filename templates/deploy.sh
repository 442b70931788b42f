#!/usr/bin/env bash
# Builds, uploads and deploys Patch Manager; see usage() or --help.
set -euo pipefail

usage() {
    cat <<'USAGE'
Builds the functions, uploads them with the definition and the templates, deploys, waits, and prints where to look.
Runs in the management account of an AWS Organization. Safe to run again: what did not change stays as it is, and parameters
that are not named keep their values.

  templates/deploy.sh --bucket BUCKET [--parameters FILE] [--policy FILE] [NAME=VALUE ...]
  templates/deploy.sh --bucket BUCKET --validate
  templates/deploy.sh --delete keep|reset

  --bucket BUCKET        for the artifacts, in the stack's Region; created when it is not there
  --stack STACK          the stack's name (patch-manager)
  --region REGION        its Region (as the AWS CLI is configured)
  --parameters FILE      values of parameters: {"Parameters": {"NAME": "VALUE"}}
  --policy FILE          the policy as JSON, with any number of windows, instead of the parameters for windows
  NAME=VALUE             a value of one parameter, before those of the file

  --validate             checks tools, templates, definition, parameters and policy, and changes nothing but the bucket
  --delete keep|reset    removes all windows everywhere, then the stack. Default Host Management Configuration stays, so that
                         instances stay managed, or is reset where it is ours

  --architecture ARCH    arm64 (default) or x86_64
  --artifacts FOLDER     zips that are built already, <function>.zip each
  --endpoint-url URL     a local AWS. As it has no StackSets, member-roles.yaml and control-plane.yaml are deployed there,
                         each as a stack of its own, for the account of the credentials
USAGE
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

bucket='' stack=patch-manager parameters='' policy='' architecture=arm64 artifacts='' action=deploy on_delete='' local=''
values=()
overrides=()

fail() {
    echo "deploy.sh: $*" >&2
    exit 1
}

say() { echo "== $*"; }

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
        --architecture) architecture=$2 ;;
        --artifacts) artifacts=$2 ;;
        --endpoint-url) export AWS_ENDPOINT_URL=$2 && local=yes ;;
        --delete) action=delete && on_delete=$2 ;;
        *) fail "unknown: $1; see --help" ;;
        esac
        shift 2
    done
}

check_arguments() {
    case $architecture in arm64 | x86_64) ;; *) fail "--architecture is arm64 or x86_64" ;; esac
    case $action/$on_delete in */ | delete/keep | delete/reset) ;; *) fail "--delete is keep or reset" ;; esac
    [ "$action" = delete ] || [ -n "$bucket" ] || fail "--bucket is missing; see --help"
    for file in "$parameters" "$policy"; do
        [ -z "$file" ] || [ -r "$file" ] || fail "$file cannot be read"
    done
    [ -z "$artifacts" ] || [ -d "$artifacts" ] || fail "$artifacts is no folder"
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
    account=$(aws sts get-caller-identity --query Account --output text) || fail "the AWS CLI has no valid credentials"
}

check_build_tools() {
    need cargo "https://rustup.rs"
    if ! cargo lambda --version >/dev/null 2>&1; then
        say "Installing cargo-lambda, with zig, under target/deploy-tools"
        python3 -m venv "$root/target/deploy-tools"
        "$root/target/deploy-tools/bin/pip" install --quiet cargo-lambda
        PATH=$root/target/deploy-tools/bin:$PATH
    fi
    if command -v rustup >/dev/null; then
        case $architecture in arm64) machine=aarch64 ;; *) machine=$architecture ;; esac
        rustup target add "$machine-unknown-linux-gnu" 2>/dev/null || fail "rustup cannot add $machine-unknown-linux-gnu"
    fi
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
    if [ -z "$artifacts" ]; then
        build
        artifacts=$work/built
    fi
    for function in $(functions); do
        [ -r "$artifacts/$function.zip" ] || fail "$artifacts has no $function.zip"
        cp "$artifacts/$function.zip" "$work/artifacts"
    done
}

build() {
    check_build_tools
    say "Building the functions for $architecture"
    local packages=()
    for function in $(functions); do
        packages+=(--package "$function")
    done
    case $architecture in arm64) flag=--arm64 ;; *) flag=--x86-64 ;; esac
    (cd "$root" && cargo lambda build --release "$flag" --output-format zip --lambda-dir "$work/lambda" "${packages[@]}")
    mkdir "$work/built"
    for function in $(functions); do
        mv "$work/lambda/$function/bootstrap.zip" "$work/built/$function.zip"
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

upload() {
    make_bucket
    prefix=$stack/$(content_hash)/
    if aws s3api head-object --bucket "$bucket" --key "${prefix}complete" >/dev/null 2>&1; then
        say "The artifacts are in s3://$bucket/$prefix"
        return
    fi
    say "Uploading to s3://$bucket/$prefix"
    aws s3 cp --recursive --only-show-errors "$work/artifacts" "s3://$bucket/$prefix"
    aws s3api put-object --bucket "$bucket" --key "${prefix}complete" >/dev/null
}

make_bucket() {
    if aws s3api head-bucket --bucket "$bucket" >/dev/null 2>&1; then
        return
    fi
    say "Creating bucket $bucket"
    aws s3 mb "s3://$bucket" >/dev/null || fail "bucket $bucket is not yours, and its name is taken or not allowed"
    aws s3api put-public-access-block --bucket "$bucket" --public-access-block-configuration \
        BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
}

# --- Parameters ---

# TEMPLATE NAME=VALUE ...: what this script knows of the template's parameters, and before it what the user says, into
# $overrides. (Version 1 of the AWS CLI takes no file for them.)
set_overrides() {
    local template=$1 override
    shift
    python3 - "$root/templates/$template" "$parameters" "$policy" "$work/overrides" "$@" -- ${values[@]+"${values[@]}"} <<'PYTHON'
import json, pathlib, re, sys

template, parameters, policy, output, *rest = sys.argv[1:]
own, given = rest[: rest.index("--")], rest[rest.index("--") + 1 :]

def stop(problem):
    sys.exit(f"deploy.sh: {problem}")

def read(path):
    try:
        return json.loads(pathlib.Path(path).read_text())
    except ValueError as problem:
        stop(f"{path}: no JSON: {problem}")

def pairs(texts):
    return dict(text.split("=", 1) for text in texts)

def from_file(path):
    content = read(path)
    if isinstance(content, list):  # as create-stack takes them
        return {one["ParameterKey"]: one["ParameterValue"] for one in content}
    return content.get("Parameters", content)

def from_policy(path):
    text = json.dumps(read(path), separators=(",", ":"), ensure_ascii=False)
    size = len(text.encode())
    if size > 8192:
        stop(f"{path}: {size} bytes without spaces; an SSM parameter, which holds the policy, takes 8192")
    # A template's parameter takes 4096 bytes.
    end = len(text.encode()[:4096].decode(errors="ignore"))
    while end < len(text) and (text[end - 1].isspace() or text[end].isspace()):
        end -= 1
    return {"PatchPolicy": text[:end], "PatchPolicyContinued": text[end:]}

wanted = {}
if parameters:
    wanted |= from_file(parameters)
if policy:
    wanted |= from_policy(policy)
wanted |= pairs(given)
section = re.search(r"^Parameters:\n((?:[ #].*\n|\n)+)", pathlib.Path(template).read_text(), re.M)
known = re.findall(r"^  (\w+):$", section[1], re.M)
# The local AWS gets two templates, each with some of the parameters.
unknown = sorted(set(wanted) - set(known)) if "member-roles" not in template else []
if unknown:
    stop(f"{pathlib.Path(template).name} has no parameter {', '.join(unknown)}")
values = {name: str(value) for name, value in (pairs(own) | wanted).items() if name in known}
pathlib.Path(output).write_text("".join(f"{name}={value}\0" for name, value in values.items()))
PYTHON
    overrides=()
    while IFS= read -r -d '' override; do
        overrides+=("$override")
    done <"$work/overrides"
}

find_organization() {
    organization=$(aws organizations describe-organization --query Organization.Id --output text) ||
        fail "this account is in no organization, or may not read it"
    management=$(aws organizations describe-organization --query Organization.MasterAccountId --output text)
    [ "$management" = "$account" ] || fail "account $account is not the management account, which is $management"
    organization_root=$(aws organizations list-roots --query 'Roots[0].Id' --output text)
}

# --- Stacks ---

status_of() {
    aws cloudformation describe-stacks --stack-name "$1" --query 'Stacks[0].StackStatus' --output text 2>/dev/null || echo none
}

# Lets CloudFormation check template, parameters and rules, and writes the change set's name to $work/change-set, or nothing
# when there is nothing to change.
make_change_set() {
    local name=$1 template=$2
    case $(status_of "$name") in
    ROLLBACK_COMPLETE | REVIEW_IN_PROGRESS) delete_and_wait "$name" ;; # a creation that failed; nothing else can be done with it
    *_IN_PROGRESS) fail "stack $name is being changed by somebody else" ;;
    esac
    aws cloudformation deploy --stack-name "$name" --template-file "$root/templates/$template" \
        --s3-bucket "$bucket" --s3-prefix "$stack/templates" --capabilities CAPABILITY_NAMED_IAM \
        --parameter-overrides "${overrides[@]}" \
        --no-execute-changeset --no-fail-on-empty-changeset >"$work/deploy.log"
    grep --only-matching 'arn:[^ ]*:changeSet/[^ ]*' "$work/deploy.log" >"$work/change-set" || true
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

wait_for() {
    local status
    while
        status=$(status_of "$1")
        case $status in *_IN_PROGRESS) true ;; *) false ;; esac
    do
        sleep "${local:+0.}5"
    done
    case $status in
    CREATE_COMPLETE | UPDATE_COMPLETE) echo "$status" ;;
    *) explain "$1" "$status" ;;
    esac
}

# The reasons of a failed stack, of the stacks inside of it too.
explain() {
    echo "stack $1: $2" >&2
    aws cloudformation describe-stack-events --stack-name "$1" --output text --query \
        "StackEvents[?ends_with(ResourceStatus, 'FAILED')].[LogicalResourceId, ResourceStatusReason] | [:20]" >&2
    local inner
    inner=$(aws cloudformation describe-stack-resources --stack-name "$1" --output text --query \
        "StackResources[?ResourceType=='AWS::CloudFormation::Stack' && ends_with(ResourceStatus, 'FAILED')].PhysicalResourceId")
    for name in $inner; do
        explain "$name" "$(status_of "$name")"
    done
    exit 1
}

delete_and_wait() {
    local status id
    # A stack that is gone has no name any more, but its id.
    id=$(aws cloudformation describe-stacks --stack-name "$1" --query 'Stacks[0].StackId' --output text)
    aws cloudformation delete-stack --stack-name "$id"
    while
        status=$(status_of "$id")
        [ "$status" = DELETE_IN_PROGRESS ]
    do
        sleep "${local:+0.}5"
    done
    case $status in DELETE_COMPLETE | none) ;; *) explain "$id" "$status" ;; esac
}

# --- What the script does ---

# deploy_stack, or its check without the execution
each_stack() {
    local step=$1
    local common=("ArtifactsBucket=$bucket" "ArtifactsPrefix=$prefix" "Architecture=$architecture")
    local roles=("ManagementAccountId=$account" "OrganizationId=$organization")
    if [ -n "$local" ]; then
        set_overrides member-roles.yaml "${roles[@]}"
        "$step" "$stack-member-roles" member-roles.yaml
        # Without the id of the organization: the local AWS does not know the condition key aws:ResourceOrgID. It has no TLS.
        set_overrides control-plane.yaml "${common[@]}" RequireTls=false
        "$step" "$stack" control-plane.yaml
    else
        set_overrides main.yaml "${common[@]}" "OrganizationId=$organization" "RootOrganizationalUnitId=$organization_root"
        "$step" "$stack" main.yaml
    fi
}

check_stack() {
    local before
    before=$(status_of "$1")
    say "Checking $2"
    make_change_set "$1" "$2"
    if [ "$before" = none ]; then
        delete_and_wait "$1" # it holds nothing but the change set
    elif [ -s "$work/change-set" ]; then
        aws cloudformation delete-change-set --change-set-name "$(cat "$work/change-set")"
    fi
}

validate() {
    local url=${AWS_ENDPOINT_URL:-https://s3.$region.amazonaws.com}
    case $region in cn-*) [ -n "$local" ] || url=$url.cn ;; esac
    for template in "$root"/templates/*.yaml; do
        [ -n "$local" ] && [ "$(basename "$template")" = org-stacksets.yaml ] && continue # which it does not know
        aws cloudformation validate-template --template-url "$url/$bucket/$prefix$(basename "$template")" >/dev/null
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

output_of() {
    aws cloudformation describe-stacks --stack-name "$stack" --output text \
        --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"
}

show() {
    say "Outputs of $stack"
    aws cloudformation describe-stacks --stack-name "$stack" --output text \
        --query 'Stacks[0].Outputs[].[OutputKey, OutputValue]'
    local machine execution report console
    machine=$(output_of StateMachineArn)
    execution=$(aws stepfunctions list-executions --state-machine-arn "$machine" --no-paginate --max-results 1 --output text \
        --query 'executions[0].executionArn')
    report=$(output_of RolloutReport)
    case $machine in
    arn:aws-cn:*) console=$region.console.amazonaws.cn ;;
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
    echo "dashboard:       https://$console/cloudwatch/home?region=$region#dashboards/dashboard/$(output_of DashboardName)"
}

delete() {
    local wanted=Keep data
    [ "$on_delete" = keep ] || wanted=Reset
    [ "$(status_of "$stack")" != none ] || fail "there is no stack $stack in $region"
    data=$(output_of DataBucketName)
    say "Default Host Management Configuration: $wanted"
    set_on_delete "$wanted"
    say "Deleting stack $stack: its last rollout removes the windows, then the rest goes"
    delete_and_wait "$stack"
    if [ -n "$local" ] && [ "$(status_of "$stack-member-roles")" != none ]; then
        delete_and_wait "$stack-member-roles"
    fi
    echo "Kept: the reports in s3://$data and the artifacts. To remove a bucket: aws s3 rb --force s3://NAME, after its versions"
}

# Says so in the parameter, and in a policy that was given as a whole; changes nothing else, and nothing when both say so.
set_on_delete() {
    aws cloudformation describe-stacks --stack-name "$stack" --query 'Stacks[0].Parameters' --output json >"$work/current.json"
    python3 - "$work/current.json" "$1" "$work/policy.json" <<'PYTHON'
import json, pathlib, sys

current, wanted, output = sys.argv[1:]
values = {one["ParameterKey"]: one["ParameterValue"] for one in json.loads(pathlib.Path(current).read_text())}
text = values["PatchPolicy"] + values["PatchPolicyContinued"]
if text:
    policy = json.loads(text)
    policy["dhmc"]["onDelete"] = wanted.lower()
    pathlib.Path(output).write_text(json.dumps(policy))
PYTHON
    [ ! -e "$work/policy.json" ] || policy=$work/policy.json
    values=("DefaultHostManagementOnDelete=$1")
    set_overrides control-plane.yaml
    python3 - "$work/current.json" "$work/overrides" >"$work/update.json" <<'PYTHON'
import json, pathlib, sys

current = json.loads(pathlib.Path(sys.argv[1]).read_text())
changes = dict(pair.split("=", 1) for pair in pathlib.Path(sys.argv[2]).read_text().split("\0") if pair)
kept = [{"ParameterKey": one["ParameterKey"], "UsePreviousValue": True}
        for one in current if changes.get(one["ParameterKey"], one["ParameterValue"]) == one["ParameterValue"]]
if len(kept) < len(current):
    names = {one["ParameterKey"] for one in kept}
    changed = [{"ParameterKey": name, "ParameterValue": value} for name, value in changes.items() if name not in names]
    print(json.dumps(kept + changed))
PYTHON
    [ -s "$work/update.json" ] || return 0
    aws cloudformation update-stack --stack-name "$stack" --use-previous-template --capabilities CAPABILITY_NAMED_IAM \
        --parameters "file://$work/update.json" >/dev/null
    wait_for "$stack"
}

main() {
    read_arguments "$@"
    check_arguments
    check_tools
    if [ "$action" = delete ]; then
        delete
        return
    fi
    # Before minutes of building: are these parameters of the template, is the policy JSON of a size that fits?
    set_overrides "$([ -n "$local" ] && echo control-plane.yaml || echo main.yaml)"
    find_organization
    collect_artifacts
    upload
    if [ "$action" = validate ]; then
        validate
        return
    fi
    each_stack deploy_stack
    show
}

main "$@"
