"""Runs a command of the AWS CLI in a process of `serve.py`.

usage: python run.py FOLDER [ARGUMENT ...]
"""

import json
import os
import socket
import sys

folder, *arguments = sys.argv[1:]
command = {"arguments": arguments, "environment": dict(os.environ), "folder": os.getcwd()}
# A socket's path may be no longer than 108 bytes.
os.chdir(folder)
with socket.socket(socket.AF_UNIX) as server:
    server.connect("aws-cli.sock")
    socket.send_fds(server, [b"\0"], [0, 1, 2])
    server.sendall(json.dumps(command).encode())
    server.shutdown(socket.SHUT_WR)
    # A process that ended without an answer has said why on the standard error.
    sys.exit((server.recv(1) or b"\xff")[0])
