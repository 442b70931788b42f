"""Execution environments of functions whose Runtime API is served by the thread that invokes.

MiniStack gives each environment a server with threads of its own, all of which wake up twenty times a second: with a hundred
environments nothing else gets to run. And it waits after each invocation until nothing was logged for some milliseconds; but
what a function logs is in the pipe before its answer is here.
"""

import functools
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import botocore
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from corrections.runtime_api import RuntimeApi


class Environment(lambda_runtime.ProvidedWorker):
    """MiniStack's, with what makes, invokes and ends it replaced. Whoever invokes holds its lock."""

    def __init__(self, name, config, code):
        super().__init__(name, config, code)
        self.api = None

    def _spawn(self, init_timeout=None):
        self._teardown()
        folder = lambda_svc._provided_runtime_code_dir(self.code_zip)
        bootstrap = os.path.join(folder, "bootstrap")
        if not os.access(bootstrap, os.X_OK):
            raise invalid_entrypoint("No bootstrap binary found in the deployment package.")
        self.api = RuntimeApi()
        try:
            self._start(bootstrap, folder)
            self._await_init(init_timeout)
        except BaseException:
            self._teardown()
            raise
        self._start_time = time.time()

    def _start(self, bootstrap, folder):
        environment = lambda_svc._provided_worker_env(self.config, folder, self.api.port) | {"SSL_CERT_FILE": certificates()}
        # A process that started while code is extracted would keep it open for writing.
        with lambda_svc._provided_code_lock:
            try:
                self._proc = subprocess.Popen(
                    [bootstrap],
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    bufsize=0,
                )
            except OSError as error:
                raise invalid_entrypoint(f"Couldn't execute the bootstrap binary: {error}") from error
        self.api.listen_to(self._proc.stdout)

    def _await_init(self, init_timeout=None):
        seconds = lambda_runtime._PROVIDED_INIT_TIMEOUT if init_timeout is None else init_timeout
        api = self.api
        settled = api.serve(time.monotonic() + seconds, lambda: api.waiting or api.init_error)
        if api.init_error:
            raise RuntimeError(f"init error: {api.init_error}")
        if not settled and api.output is None:
            raise RuntimeError(f"bootstrap exited during init: {api.taken_log()}")
        if not settled:
            raise lambda_runtime.ProvidedInitTimeout(f"bootstrap did not reach the Runtime API within {seconds:g}s")

    def invoke(self, event, request_id, *, trace_id=None, invoked_function_arn=None):
        with self._lock:
            cold = self._is_dead()
            if cold:
                self._start_again()
            answer = self._invoke(event, request_id, trace_id, invoked_function_arn or self.config.get("FunctionArn", ""))
            return {**answer, "cold_start": cold}

    def _is_dead(self):
        return self._proc is None or self._proc.poll() is not None

    def _start_again(self):
        """As AWS does when it takes too long: again, with the function's own timeout."""
        try:
            self._spawn()
        except lambda_runtime.ProvidedInitTimeout:
            self._spawn(init_timeout=self.config.get("Timeout", 30))
        self._cold = False

    def _invoke(self, event, request_id, trace_id, arn):
        api, timeout = self.api, self.config.get("Timeout", 30)
        deadline = time.monotonic() + timeout
        headers = {
            "Lambda-Runtime-Deadline-Ms": int((time.time() + timeout) * 1000),
            "Lambda-Runtime-Invoked-Function-Arn": arn,
            **({"Lambda-Runtime-Trace-Id": trace_id} if trace_id else {}),
        }
        # After its last answer the process asks for the next invocation.
        if api.serve(deadline, lambda: api.waiting):
            api.invoke(request_id, event, headers)
            api.serve(deadline, lambda: api.result)
        if api.result is None:
            return self._failed(api, timeout)
        (kind, content), log = api.result, api.taken_log()
        if kind == "error":
            message = content.get("errorMessage") if isinstance(content, dict) else str(content)
            return {"status": "error", "error": message, "error_payload": content, "log": log}
        return {"status": "ok", "result": content, "log": log}

    def _failed(self, api, timeout):
        ended = api.output is None
        message = "Runtime exited before returning a response" if ended else f"Task timed out after {timeout}.00 seconds"
        payload = {"errorMessage": message, "errorType": "Runtime.ExitError" if ended else "Sandbox.Timedout"}
        log = api.taken_log()
        self._teardown()
        return {"status": "error", "error": message, "error_payload": payload, "log": log}

    def _teardown(self):
        process, self._proc = self._proc, None
        lambda_runtime._signal(process)
        lambda_runtime._collect(process, time.monotonic() + lambda_runtime._REAP_GRACE)
        if self.api:
            self.api.close()

    def _discard_tmpdir(self):
        """MiniStack has ended the process: an invocation that it was busy with is over, too."""
        with self._lock:
            self._teardown()


@functools.cache
def certificates():
    """A file with one certificate. Reading all that the system trusts is nine tenths of a process's start, and nothing speaks TLS here."""
    trusted = (Path(botocore.__file__).parent / "cacert.pem").read_text()
    path = Path(tempfile.mkdtemp()) / "one.pem"
    path.write_text(re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", trusted, re.DOTALL)[0])
    return str(path)


def invalid_entrypoint(message):
    return lambda_runtime.ProvidedRuntimeError(message, "Runtime.InvalidEntrypoint")


def install():
    lambda_runtime.ProvidedWorker = Environment
    # A function's code has one folder: it is told apart by its hash, which takes as long as starting the process.
    lambda_svc._provided_runtime_code_dir = functools.cache(lambda_svc._provided_runtime_code_dir)
