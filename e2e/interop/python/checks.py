"""What the scripts of bad input share: a wire to the controller, checks that are counted, and the way they are run:
SCRIPT SECURITY_FOLDER SECTION sends one kind of bad input to a running controller and then checks that it goes on. It
prints one JSON line: how many checks were made, and those that failed.
"""

import json
import sys

from wire import Wire

wire = Wire(sys.argv[1])
checks = 0
failures = []


def check(right, what):
    global checks
    checks += 1
    if not right:
        failures.append(what)


def check_error(reply, what, ename=None):
    """The request was answered, by an error in the form that clients need."""
    if reply is None:
        return check(False, f"{what}: no answer")
    content = reply["content"]
    check(content.get("status") == "error", f"{what}: answered {content}")
    # Empty when the controller made the error; else it names the engine that did.
    maker = content.get("engine_info", {})
    named = maker == {} or maker.get("engine_uuid") in wire.engines().values()
    complete = isinstance(content.get("traceback"), list) and named
    check(complete and isinstance(content.get("evalue"), str), f"{what}: not the form of an error: {content}")
    if ename is not None:
        check(content.get("ename") == ename, f"{what}: {content.get('ename')} instead of {ename}")


def run(sections):
    """Runs the section that the command line names."""
    {section.__name__: section for section in sections}[sys.argv[2]]()
    check(wire.computes(), "afterwards, direct and balanced requests are answered")
    print(json.dumps({"checks": checks, "failures": failures}))
    wire.context.destroy(linger=0)
