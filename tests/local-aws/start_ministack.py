"""Starts MiniStack with histories as Step Functions has them inside of Maps, too, notes the credentials that it issues, and
names the roles of who called what. Refuses inputs of executions that Step Functions refuses, and spreads retries that ask for it.

usage: python start_ministack.py

MiniStack records the states of an execution, but of a Map's iterations and of a Distributed Map's children only that tasks
were started and how they ended. Here their states, beginnings and ends are recorded as well, and of every event which one came
before. Tests search what a run leaves behind for the credentials in the file ISSUED_CREDENTIALS. CloudTrail, which here knows
callers by their access keys only, names a session's role as the user. Written against the version of MiniStack that the virtual
environment pins.
"""

import contextvars
import json
import os
import random
import runpy
import threading

from ministack.core.responses import error_response_json
from ministack.services import cloudtrail, stepfunctions, sts

PREVIOUS = contextvars.ContextVar("PREVIOUS", default=(None, 0))
LOCK = threading.Lock()
LONGEST_INPUT = 262_144

add_event_alone = stepfunctions._add_event
run_machine = stepfunctions._run_sub_machine
register_session = sts.register_session
start_execution = stepfunctions._start_execution
find_retrier = stepfunctions._find_matching_retrier


def add_event(execution, kind, details=None):
    """Iterations run in threads, each with its own copy of what came before the Map."""
    arn, previous = PREVIOUS.get()
    linked = {"previousEventId": previous if arn == execution["executionArn"] else 0, **(details or {})}
    with LOCK:
        event = add_event_alone(execution, kind, linked)
    PREVIOUS.set((execution["executionArn"], event["id"]))
    return event


class RecordedStates(dict):
    """MiniStack looks a state up when it enters it."""

    def __init__(self, states, execution, given):
        super().__init__(states)
        self.execution = execution
        # Of the first state: each other one's is the output of the state before it.
        self.input = {"input": json.dumps(given)}
        self.current = None

    def get(self, name, default=None):
        self.leave()
        state = super().get(name, default)
        if state:
            self.record(name, "Entered", **self.input)
            self.input = {}
            # Nothing leaves a Fail.
            self.current = None if state["Type"] == "Fail" else name
        return state

    def leave(self):
        if self.current:
            self.record(self.current, "Exited")

    def record(self, name, what, **details):
        details = {f"state{what}EventDetails": {"name": name, **details}}
        add_event(self.execution, f"{self[name]['Type']}State{what}", details)


def run_recorded_machine(states, start, given, execution, context):
    """An execution of a Distributed Map, whose history is empty until then, or a Map's iteration."""
    child = not execution["events"]
    item = context.get("Map", {}).get("Item", {})
    iteration = {"name": context["State"]["Name"], "index": item.get("Index", 0)}

    def record(what, **details):
        if child:
            add_event(execution, f"Execution{what}", {f"execution{what}EventDetails": details})
        else:
            add_event(execution, f"MapIteration{what}", {f"mapIteration{what}EventDetails": iteration})

    record("Started")
    recorded = RecordedStates(states, execution, given)
    try:
        output = run_machine(recorded, start, given, execution, context)
    except stepfunctions._ExecutionError as error:
        record("Failed", error=error.error, cause=error.cause)
        raise
    recorded.leave()
    record("Succeeded")
    return output


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


record_call_alone = cloudtrail.record_event


def record_call(**call):
    """A session's ARN is arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION."""
    session = sts._sessions.get(call["access_key_id"])
    if session:
        call["username"] = session["Arn"].split("/")[1]
    record_call_alone(**call)


def register_noted_session(access_key, session):
    register_session(access_key, session)
    with LOCK, open(os.environ["ISSUED_CREDENTIALS"], "a") as file:
        print(access_key, session["SecretAccessKey"], session["SessionToken"], sep="\n", file=file)


cloudtrail.record_event = record_call
stepfunctions._add_event = add_event
stepfunctions._run_sub_machine = run_recorded_machine
stepfunctions._start_execution = start_checked_execution
stepfunctions._find_matching_retrier = find_jittering_retrier
sts.register_session = register_noted_session
runpy.run_module("ministack", run_name="__main__", alter_sys=True)
