"""Refuses inputs of executions that Step Functions refuses, and spreads retries that ask for it."""

import json
import random

from ministack.core.responses import error_response_json
from ministack.services import stepfunctions

LONGEST_INPUT = 262_144

start_execution = stepfunctions._start_execution
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
    return start_execution(request)


def find_jittering_retrier(retriers, error, counts):
    """MiniStack does not know JitterStrategy: two executions that disturb each other would try again at the same moments."""
    retrier, index = find_retrier(retriers, error, counts)
    if retrier and retrier.get("JitterStrategy") == "FULL":
        retrier = {**retrier, "IntervalSeconds": retrier.get("IntervalSeconds", 1) * random.random()}
    return retrier, index


def install():
    stepfunctions._start_execution = start_checked_execution
    stepfunctions._find_matching_retrier = find_jittering_retrier
