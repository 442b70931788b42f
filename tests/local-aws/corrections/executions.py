"""Refuses inputs of executions that Step Functions refuses, tells their versions, and spreads retries that ask for it."""

import json
import random

from ministack.core.responses import error_response_json
from ministack.services import stepfunctions

LONGEST_INPUT = 262_144

start_execution = stepfunctions._start_execution
describe_execution = stepfunctions._describe_execution
find_retrier = stepfunctions._find_matching_retrier


def start_checked_execution(request):
    """As the service's reference has it: at most 262,144 characters, and JSON."""
    given = request.get("input", "{}")
    if len(given) > LONGEST_INPUT:
        message = f"Value at 'input' failed to satisfy constraint: Member must have length less than or equal to {LONGEST_INPUT}"
        return error_response_json("ValidationException", message, 400)
    try:
        json.loads(given)
    except ValueError as error:
        return error_response_json("InvalidExecutionInput", f"Invalid State Machine Execution Input: {error}", 400)
    answer = start_execution(request)
    version = stepfunctions._execution_version_arn(request.get("stateMachineArn"))
    if version and answer[0] == 200:
        stepfunctions._executions[json.loads(answer[2])["executionArn"]]["version"] = version
    return answer


def describe_with_version(request):
    status, headers, body = describe_execution(request)
    version = stepfunctions._executions.get(request.get("executionArn"), {}).get("version")
    if version:
        body = json.dumps({**json.loads(body), "stateMachineVersionArn": version}).encode()
    return status, headers, body


def find_jittering_retrier(retriers, error, counts):
    """MiniStack does not know JitterStrategy: two executions that disturb each other would try again at the same moments."""
    retrier, index = find_retrier(retriers, error, counts)
    if retrier and retrier.get("JitterStrategy") == "FULL":
        retrier = {**retrier, "IntervalSeconds": retrier.get("IntervalSeconds", 1) * random.random()}
    return retrier, index


def install():
    stepfunctions._start_execution = start_checked_execution
    stepfunctions._describe_execution = describe_with_version
    stepfunctions._find_matching_retrier = find_jittering_retrier
