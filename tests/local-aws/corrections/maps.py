"""Results of Maps as Step Functions has them.

MiniStack knows no ResultWriter, reads items as nobody, and keeps nothing of a child that failed. Step Functions keeps the whole of it, its input too
(https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html), and ends a Map whose result is longer than
a state may be (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).

MiniStack reads how many failures are tolerated from the definition only, and runs all children before it looks at how many failed. Step
Functions takes it from the state, too, and stops a Map Run as soon as more failed than are tolerated: what runs is aborted, the
rest is not started (https://docs.aws.amazon.com/step-functions/latest/dg/maprun-fail-threshold.html).
"""

import json

from ministack.core import iam_evaluator
from ministack.services import s3, stepfunctions

LONGEST_STATE = 262_144
# Which of them failed is told only by these, and by their names.
NOT_CAUGHT_BY_ALL = {"States.DataLimitExceeded", "States.Runtime"}
# Not a name of Step Functions: an execution that is aborted has no error.
STOPPED = "Stopped with its Map Run"
WRITING = ("s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload")

run_map_items = stepfunctions._run_map_items
run_distributed_map = stepfunctions._run_distributed_map
error_matches = stepfunctions._error_matches
evaluate_intrinsic = stepfunctions._evaluate_intrinsic


def run_limited_map(definition, given, execution, context):
    """An output is held against the limit; of a Map in a Map's child, too."""
    output, following = run_map_items(definition, given, execution, context)
    limit(output, context)
    return output, following


def run_written_map(definition, given, effective, iterator, execution, context):
    """Lets MiniStack run the children, then makes of their results what Step Functions makes of them."""
    alone = {name: value for name, value in definition.items() if name not in ("ResultSelector", "ResultPath", "OutputPath")}
    if "ToleratedFailureCountPath" in alone:
        path = alone.pop("ToleratedFailureCountPath")
        alone["ToleratedFailureCount"] = stepfunctions._resolve_path_or_ctx(path, effective, context)
    if "ItemReader" in alone:
        place = stepfunctions._resolve_params_obj(alone["ItemReader"]["Parameters"], effective, context)
        may(execution, ("s3:GetObject",), f"arn:aws:s3:::{place['Bucket']}/{place['Key']}", "States.ItemReaderFailed")
    # A child leaves its own state in the context that it has in common with the Map.
    state = context["State"]
    try:
        run_distributed_map(alone, given, effective, iterator, execution, context)
    finally:
        context["State"] = state
        run = [run for run in stepfunctions._map_runs.values() if run["executionArn"] == execution["executionArn"]][-1]
        children = settled(run)
    writer = definition.get("ResultWriter")
    if writer:
        result = write(writer, run, children, effective, execution, context)
    else:
        result = [json.loads(child["output"]) if child["status"] == "SUCCEEDED" else described(child) for child in children]
    limit(result, context)
    result = stepfunctions._apply_result_selector(definition, result)
    output = stepfunctions._apply_result_path(definition, given, result)
    return stepfunctions._apply_output_path(definition, output, context), stepfunctions._next_or_end(definition)


def is_exceeded(run):
    """Of a Map Run without a threshold, which tolerates no failure, nothing is stopped here: none of ours is one."""
    return run["itemCounts"]["failed"] > run["toleratedFailureCount"]


def stop_with_map_run(child):
    """Ends a child whose Map Run has failed, or is about to."""
    run = stepfunctions._map_runs.get(child.get("mapRunArn"))
    if run and is_exceeded(run):
        raise stepfunctions._ExecutionError(STOPPED, "")


def settled(run):
    """The children of a Map Run; those that were stopped with it are aborted, or never were."""
    children = [child for child in stepfunctions._executions.values() if child.get("mapRunArn") == run["mapRunArn"]]
    for child in (child for child in children if child.get("error") == STOPPED):
        became = "aborted" if child["events"] else "pending"
        for counts in (run["itemCounts"], run["executionCounts"]):
            counts["failed"] -= 1
            counts[became] += 1
        child.update(status=became.upper(), error=None, cause=None)
        if became == "pending":
            del stepfunctions._executions[child["executionArn"]]
    return children


def write(writer, run, children, effective, execution, context):
    place = stepfunctions._resolve_params_obj(writer["Parameters"], effective, context)
    folder = "/".join(part for part in (place.get("Prefix", "").strip("/"), run["mapRunArn"].rsplit(":", 1)[-1]) if part)
    may(execution, WRITING, f"arn:aws:s3:::{place['Bucket']}/{folder}/manifest.json", "States.ResultWriterFailed")
    files = {"SUCCEEDED": [], "FAILED": [], "PENDING": []}
    for status in files:
        those = [described(child) for child in children if child["status"] == status]
        if those:
            files[status].append(put(place["Bucket"], f"{folder}/{status}_0.json", those))
    manifest = {"DestinationBucket": place["Bucket"], "MapRunArn": run["mapRunArn"], "ResultFiles": files}
    details = put(place["Bucket"], f"{folder}/manifest.json", manifest)
    return {"MapRunArn": run["mapRunArn"], "ResultWriterDetails": {"Bucket": place["Bucket"], "Key": details["Key"]}}


def may(execution, actions, resource, error):
    """The machine's role needs these actions: MiniStack reads and writes as nobody."""
    machine = stepfunctions._state_machines[execution["stateMachineArn"]]
    account, role = machine["roleArn"].split(":")[4], machine["roleArn"].rsplit("/", 1)[-1]
    policies = iam_evaluator._gather_role_policies(role, account)
    for action in actions:
        asked = iam_evaluator.EvalContext(machine["roleArn"], "AssumedRole", account, action, resource, stepfunctions.get_region())
        if iam_evaluator.evaluate(asked, policies).decision != "Allow":
            cause = f"The role {machine['roleArn']} is not authorized to perform {action} on {resource}"
            raise stepfunctions._ExecutionError(error, cause)


def put(bucket, key, content):
    body = json.dumps(content).encode()
    status, _, answer = s3._put_object(bucket, key, body, {})
    if status != 200:
        raise stepfunctions._ExecutionError("States.ResultWriterFailed", str(answer))
    return {"Key": key, "Size": len(body)}


def described(child):
    """An execution as it stands in the files, and in the state when there are none."""
    names = ("executionArn", "input", "inputDetails", "name", "output", "outputDetails", "startDate", "stateMachineArn", "status", "stopDate")
    found = {name[0].upper() + name[1:]: child.get(name) for name in names}
    found = {name: {"Included": True} if name.endswith("Details") else value for name, value in found.items()}
    failed = {"Error": child.get("error"), "Cause": child.get("cause")} if child["status"] == "FAILED" else {}
    return {name: value for name, value in {**found, **failed}.items() if value is not None}


def limit(value, context):
    if len(json.dumps(value)) > LONGEST_STATE:
        cause = f"The state/task '{context['State']['Name']}' returned a result with a size exceeding the maximum number of bytes service limit."
        raise stepfunctions._ExecutionError("States.DataLimitExceeded", cause)


def error_is_named(names, error):
    """As the documentation has it, which asks for these by name: what was seen of Tasks is kinder."""
    if error in NOT_CAUGHT_BY_ALL:
        return error in names and error != "States.Runtime"
    return error_matches(names, error)


def evaluate_named(expression, data, context):
    """MiniStack ends an execution with its own exception's text, which nothing catches."""
    try:
        return evaluate_intrinsic(expression, data, context)
    except stepfunctions._ExecutionError:
        raise
    except Exception as error:
        raise stepfunctions._ExecutionError("States.IntrinsicFailure", f"{expression}: {error}") from error


def install():
    stepfunctions._run_map_items = run_limited_map
    stepfunctions._run_distributed_map = run_written_map
    stepfunctions._error_matches = error_is_named
    stepfunctions._evaluate_intrinsic = evaluate_named
