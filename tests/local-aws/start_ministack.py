"""Starts MiniStack, corrected where it is not as AWS is or takes long without a reason.

usage: python start_ministack.py

Each file of `corrections` is one of them. They are written against the versions that the virtual environment pins.
"""

import runpy

from corrections import (
    deletions, environments, executions, histories, maps, nested, organization, resource_organization, server, sessions, versions
)

for correction in (
    deletions, environments, executions, histories, maps, nested, organization, resource_organization, server, sessions, versions
):
    correction.install()
runpy.run_module("ministack", run_name="__main__", alter_sys=True)
