"""lost_engine_client.py SECURITY_FOLDER: a stock client that waits for work on two engines, of which the second ends while there is
no controller. Says "submitted" when all is under way, and prints what became of it as one JSON line.
"""

import json
import sys
import time

import ipyparallel as ipp

limit = 90


def work(seconds):
    import time

    time.sleep(seconds)
    return "done"


def outcome(result):
    try:
        return result.get(timeout=limit)
    except ipp.TimeoutError:
        return "hangs"
    except ipp.RemoteError as error:
        return error.ename


rc = ipp.Client(f"{sys.argv[1]}/ipcontroller-client.json", timeout=30)
rc.wait_for_engines(2, timeout=60)
told = []


def on_event(event):
    if event["event"] == "unregister":
        told.append(event["id"])


rc._registration_callbacks.append(on_event)
last = rc[1]
direct = last.apply_async(work, 600)
pinned = rc.load_balanced_view(targets=[1])
balanced = pinned.apply_async(work, 600)
time.sleep(0.5)
print("submitted", flush=True)
seen = {"direct": outcome(direct), "balanced": outcome(balanced)}
# What may run elsewhere does.
seen["elsewhere"] = outcome(rc.load_balanced_view().apply_async(work, 0))
deadline = time.monotonic() + limit
while rc.ids != [0] and time.monotonic() < deadline:
    time.sleep(0.1)
seen["ids"] = rc.ids
# Engines that stayed may be announced as gone and back.
seen["told"] = sorted({id for id in told if id not in rc.ids})
print(json.dumps(seen))
