"""Runs a command and ends its whole process group when standard input closes.

usage: python launch.py PROGRAM [ARGUMENT ...]

The parent holds the other end of standard input and never writes to it. Whatever ends the parent, even SIGKILL, closes it;
nothing that the command started is then left behind. The parent makes this process the leader of its own group.
"""

import os
import signal
import subprocess
import sys
import threading


def end_group():
    os.killpg(os.getpgrp(), signal.SIGKILL)


def wait_for_parent():
    while os.read(0, 4096):
        pass
    end_group()


if os.getpgrp() != os.getpid():
    sys.exit("launch.py must lead its own process group, or it would end its parent's")
threading.Thread(target=wait_for_parent, daemon=True).start()
print(f"{sys.argv[1]} ended with {subprocess.call(sys.argv[1:], stdin=subprocess.DEVNULL)}", flush=True)
end_group()
