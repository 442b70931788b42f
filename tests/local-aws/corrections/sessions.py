"""Notes the credentials that are issued, names the roles of sessions, and forgets those that are over in time.

GetAccessKeyInfo answers a session's ARN, too: the SSM simulator holds each session's calls against the policies of its role. Tests search what a run leaves behind for the credentials in the file ISSUED_CREDENTIALS. CloudTrail, which here knows callers by
their access keys only, names a session's role as the user. MiniStack looks through all sessions whenever it issues one, for those
that are over; here it does so once a minute. Until then they are refused like any that is over.
"""

import os
import threading
import time
from urllib.parse import parse_qs

from ministack.services import cloudtrail, sts

SWEEP_SECONDS = 60
LOCK = threading.Lock()

record_call_alone = cloudtrail.record_event
register_session = sts.register_session
evict_expired_sessions = sts._evict_expired_sessions
handle_request_alone = sts.handle_request

next_sweep = time.monotonic() + SWEEP_SECONDS


def record_call(**call):
    """A session's ARN is arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION."""
    session = sts._sessions.get(call["access_key_id"])
    if session:
        call["username"] = session["Arn"].split("/")[1]
    record_call_alone(**call)


def evict_expired_sessions_at_times():
    global next_sweep
    if time.monotonic() >= next_sweep:
        next_sweep = time.monotonic() + SWEEP_SECONDS
        evict_expired_sessions()


async def handle_request(method, path, headers, body, query_params):
    status, answered, content = await handle_request_alone(method, path, headers, body, query_params)
    if b"<GetAccessKeyInfoResult>" in content:
        key = parse_qs(body.decode()).get("AccessKeyId", [""])[0]
        session = sts._sessions.get(key)
        if session:
            arn = f"<Arn>{session['Arn']}</Arn></GetAccessKeyInfoResult>".encode()
            content = content.replace(b"</GetAccessKeyInfoResult>", arn)
    return status, answered, content


def install():
    # Line by line: tests read it while the local AWS runs.
    noted = open(os.environ["ISSUED_CREDENTIALS"], "a", buffering=1)

    def register_noted_session(access_key, session):
        register_session(access_key, session)
        with LOCK:
            noted.write(f"{access_key}\n{session['SecretAccessKey']}\n{session['SessionToken']}\n")

    cloudtrail.record_event = record_call
    sts.handle_request = handle_request
    sts.register_session = register_noted_session
    sts._evict_expired_sessions = evict_expired_sessions_at_times
