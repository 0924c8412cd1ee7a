"""Every Python that has this folder on PYTHONPATH imports this module when it starts.

A `python -m ipyparallel.controller …` becomes the controller named by MUSTER_PEER_CONTROLLER (a JSON list), with the
same arguments, environment and process id, whoever started it: the test-suite itself, its launchers or `ipcluster`.
ipyparallel's files stay as they are. Without that variable it stays Python's own controller.

Either is given the arguments of MUSTER_PEER_ARGUMENTS (a JSON list) behind the others, so that these win, and the flag
MUSTER_PEER_STORE in the place of `--dictdb`; where another store is named already, that is what the test is about.
"""

import json
import os
import sys

STORES = {"--dictdb", "--sqlitedb", "--mongodb", "--nodb"}
# With these it only says something.
QUESTIONS = {"--help", "--help-all", "-h"}


def in_setting(arguments):
    store = os.environ.get("MUSTER_PEER_STORE")
    named = STORES.intersection(arguments)
    if store and named <= {"--dictdb"}:
        arguments = [argument for argument in arguments if argument not in named] + [store]
    return arguments + json.loads(os.environ.get("MUSTER_PEER_ARGUMENTS", "[]"))


def become_controller_in_setting():
    # The suite asks the package for its own version.
    if sys.orig_argv[1:3] != ["-m", "ipyparallel.controller"] or "--version" in sys.orig_argv:
        return
    arguments = sys.orig_argv[3:]
    if QUESTIONS.isdisjoint(arguments):
        arguments = in_setting(arguments)
    command = json.loads(os.environ.get("MUSTER_PEER_CONTROLLER", "null"))
    argv = [*(command or sys.orig_argv[:3]), *arguments]
    starts = os.environ.get("MUSTER_PEER_STARTS")
    if starts:
        with open(starts, "a") as file:
            file.write(json.dumps(argv) + "\n")
    if command:
        os.execvp(argv[0], argv)
    sys.argv[1:] = arguments


become_controller_in_setting()
