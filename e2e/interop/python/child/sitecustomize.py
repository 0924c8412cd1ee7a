"""Every Python that has this folder on PYTHONPATH imports this module when it starts.

A `python -m ipyparallel.controller …` becomes the controller named by MUSTER_PEER_CONTROLLER (a JSON list), with the
same arguments, environment and process id, whoever started it: the test-suite itself, its launchers or `ipcluster`.
ipyparallel's files stay as they are. Without that variable nothing happens: that is how a baseline is recorded.
"""

import json
import os
import sys


def become_other_controller():
    command = os.environ.get("MUSTER_PEER_CONTROLLER")
    if not command or sys.orig_argv[1:3] != ["-m", "ipyparallel.controller"]:
        return
    arguments = sys.orig_argv[3:]
    # The suite asks the package for its own version.
    if "--version" in arguments:
        return
    argv = [*json.loads(command), *arguments]
    starts = os.environ.get("MUSTER_PEER_STARTS")
    if starts:
        with open(starts, "a") as file:
            file.write(json.dumps(argv) + "\n")
    os.execvp(argv[0], argv)


become_other_controller()
