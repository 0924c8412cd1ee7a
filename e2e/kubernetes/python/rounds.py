"""rounds.py CLIENT_FILE N: a stock client that stays connected and computes in rounds: a task for each of N engines, each
engine directly, and all by broadcast. Each round has one and a half seconds. Prints a JSON line for each: when it began and ended
(seconds since 1970) and what was wrong, "" when nothing was. Ends by a signal.
"""

import json
import sys
import time

import ipyparallel as ipp

rc = ipp.Client(sys.argv[1], timeout=30)
wanted = int(sys.argv[2])
rc.wait_for_engines(wanted, timeout=60)


def compute(n):
    left = time.monotonic() + 1.5
    asked = [
        rc.load_balanced_view().map_async(lambda x: x + 1, range(n, n + wanted), chunksize=1),
        # Engines of both kernels understand this.
        rc[:].execute(f"{n} + 1", silent=True, block=False),
        rc.broadcast_view().execute(f"{n} + 1", silent=True, block=False),
    ]
    tasks, *replies = [each.get(timeout=max(0.01, left - time.monotonic())) for each in asked]
    if len(rc.ids) != wanted:
        return f"{len(rc.ids)} engines"
    if tasks != list(range(n + 1, n + 1 + wanted)) or [len(each) for each in replies] != [wanted, wanted]:
        return f"wrong: {tasks}, {replies}"
    return ""


n = 0
while True:
    n += 1
    began = time.time()
    try:
        wrong = compute(n)
    except Exception as error:
        wrong = f"{type(error).__name__}: {error}"[:200]
    print(json.dumps({"began": began, "ended": time.time(), "wrong": wrong}), flush=True)
    time.sleep(0.1)
