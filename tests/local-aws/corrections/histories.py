"""Histories of executions as Step Functions has them inside of Maps, too.

MiniStack records the states of an execution, but of a Map's iterations and of a Distributed Map's children only that tasks
were started and how they ended. Here their states, beginnings and ends are recorded as well, and of every event which one came
before.
"""

import contextvars
import json
import threading

from corrections import maps
from ministack.services import stepfunctions

PREVIOUS = contextvars.ContextVar("PREVIOUS", default=(None, 0))
LOCK = threading.Lock()

add_event_alone = stepfunctions._add_event
run_machine = stepfunctions._run_sub_machine


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
        maps.stop_with_map_run(self.execution)
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

    if child:
        maps.stop_with_map_run(execution)
    record("Started")
    recorded = RecordedStates(states, execution, given)
    try:
        output = run_machine(recorded, start, given, execution, context)
    except stepfunctions._ExecutionError as error:
        if error.error == maps.STOPPED:
            record("Aborted")
        else:
            record("Failed", error=error.error, cause=error.cause)
        raise
    recorded.leave()
    record("Succeeded")
    return output


def install():
    stepfunctions._add_event = add_event
    stepfunctions._run_sub_machine = run_recorded_machine
