"""steady_work.py CLIENT_FILE STOP_FILE: a stock client works until STOP_FILE exists: balanced, direct and broadcast, some
under way at a time. Tells of each round. Each request must get a result or an error within BOUND seconds. Prints a JSON line at the end.

A balanced request that was in the memory of a killed scheduler, and of which nobody else had heard, is 'unheard': a stock
client gives itself no deadline, and nobody else knows that there is somebody who waits.
"""

import json
import os
import sys
import time

import ipyparallel as ipp

BOUND = 30

rc = ipp.Client(sys.argv[1], timeout=30)
balanced = rc.load_balanced_view()
report = {"done": 0, "failed": 0, "hung": [], "unheard": [], "wrong": [], "errors": []}


def judge(what, result, expected, read):
    try:
        value = read(result, result.get(timeout=BOUND))
    except ipp.error.TimeoutError:
        known = rc.db_query({"msg_id": {"$in": result.msg_ids}}, keys=["msg_id"])
        report["unheard" if what.startswith("balanced") and not known else "hung"].append(what)
    except (ipp.error.RemoteError, ipp.error.CompositeError) as error:
        report["failed"] += 1
        text = f"{what.split()[0]}: {error}"[:200]
        if text not in report["errors"]:
            report["errors"].append(text)
    else:
        if value == expected:
            report["done"] += 1
        else:
            report["wrong"].append(f"{what}: {value}")


n = 0
while not os.path.exists(sys.argv[2]):
    n += 1
    everybody = rc[:]
    requests = [
        (f"balanced {n}", balanced.apply_async(lambda x: x + 1, n), n + 1, lambda _, value: value),
        (f"direct {n}", everybody.execute(f"{n} + 2", silent=True, block=False), len(everybody), lambda _, value: len(value)),
        (
            f"broadcast {n}",
            rc.broadcast_view().execute(f"{n} + 3", silent=True, block=False),
            len(everybody),
            lambda _, value: len(value),
        ),
    ]
    for what, result, expected, read in requests:
        judge(what, result, expected, read)
    print(f"round {n}", flush=True)
    time.sleep(0.02)
print(json.dumps(report))
