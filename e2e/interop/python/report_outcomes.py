"""pytest plugin: tells of each test as it begins and ends, as JSON lines in the file MUSTER_PEER_OUTCOMES.

{"collected": N} once, then {"begins": test} and {"test": test, "outcome": …, "seconds": …, "detail": …}; outcome is passed,
failed, error (outside of the test proper), skipped or xfailed. A test is named `module[.Class]::name[parameters]`.
"""

import json
import os

# Tests of launchers that need other machines or programs; they are run where MUSTER_PEER_SYSTEMS says that these are there.
OTHER_MACHINES = set() if os.environ.get("MUSTER_PEER_SYSTEMS") else {"test_mpi.py", "test_slurm.py", "test_ssh.py"}
# Of several reports of one test, the one further to the right counts.
ORDER = ["passed", "xfailed", "skipped", "failed", "error"]

# Names of tests that are not run.
LEFT_OUT = set(json.loads(os.environ.get("MUSTER_PEER_LEFT_OUT", "[]")))

outcomes_file = open(os.environ["MUSTER_PEER_OUTCOMES"], "a", buffering=1)
running = {}


def tell(**line):
    outcomes_file.write(json.dumps(line) + "\n")


def name_of(nodeid):
    path, _, parameters = nodeid.partition("[")
    file, *classes, function = path.split("::")
    module = os.path.basename(file).removesuffix(".py")
    return ".".join([module, *classes]) + "::" + function + (f"[{parameters}" if parameters else "")


def outcome_of(report):
    if report.failed:
        return "failed" if report.when == "call" else "error"
    if report.skipped:
        return "xfailed" if hasattr(report, "wasxfail") else "skipped"
    return "passed"


def pytest_ignore_collect(collection_path):
    return True if collection_path.name in OTHER_MACHINES else None


def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if name_of(item.nodeid) not in LEFT_OUT]


def pytest_collection_finish(session):
    tell(collected=len(session.items))


def pytest_collectreport(report):
    if report.failed:
        tell(test=os.path.basename(report.nodeid), outcome="error", seconds=0, detail=report.longreprtext)


def pytest_runtest_logstart(nodeid):
    running[nodeid] = {"outcome": "passed", "seconds": 0, "detail": ""}
    tell(begins=name_of(nodeid))


def pytest_runtest_logreport(report):
    result = running[report.nodeid]
    outcome = outcome_of(report)
    if ORDER.index(outcome) > ORDER.index(result["outcome"]):
        result["outcome"] = outcome
    result["seconds"] += report.duration
    if report.failed:
        result["detail"] += report.longreprtext


def pytest_runtest_logfinish(nodeid):
    tell(test=name_of(nodeid), **running.pop(nodeid))
