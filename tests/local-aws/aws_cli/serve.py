"""Keeps the AWS CLI loaded and forks for each command: to load it takes longer than most commands do.

usage: python serve.py

It listens in the folder that it is started in. `run.py` is what hands it a command.
"""

import json
import os
import signal
import socket
import sys

from awscli import clidriver


def main():
    # Loads what every command needs.
    clidriver.create_clidriver()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("aws-cli.sock")
    listener.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            run(connection)
        connection.close()


def run(connection):
    """Runs the command with the files, the folder and the environment of whoever asked, and answers its exit code."""
    _, files, _, _ = socket.recv_fds(connection, 1, 3)
    for own, file in enumerate(files):
        os.dup2(file, own)
    command = json.load(connection.makefile())
    os.chdir(command["folder"])
    # The first is set by the AWS CLI itself when it is loaded. To ask macOS for its proxies may crash a fork.
    own = {"AWS_DATA_PATH": os.environ["AWS_DATA_PATH"], "no_proxy": "*"}
    os.environ.clear()
    os.environ.update(command["environment"] | own)
    sys.argv = ["aws", *command["arguments"]]
    try:
        code = clidriver.main()
    except SystemExit as end:
        code = end.code or 0
    sys.stdout.flush()
    connection.sendall(bytes([code]))
    os._exit(code)


main()
