"""every_channel.py SECURITY_FOLDER N [execute]: a stock client uses each channel to N engines of Python, or only executes text on
engines of any kind, and prints what it saw as one JSON line.
"""

import json
import sys
import time

import ipyparallel as ipp

rc = ipp.Client(f"{sys.argv[1]}/ipcontroller-client.json", timeout=60)
rc.wait_for_engines(int(sys.argv[2]), timeout=60)
everybody = rc[:]
limit = 60


def output():
    """What engines print. A client's first requests may be faster than its own subscription: then it asks again."""
    deadline = time.monotonic() + limit
    while True:
        result = everybody.apply_async(print, "printed")
        result.get(limit)
        try:
            result.wait_for_output(2)
        except ipp.TimeoutError:
            pass
        if all(result.stdout) or time.monotonic() > deadline:
            return result.stdout


seen = {
    "encrypted": rc.curve_serverkey is not None,
    "signed": len(rc.session.key) > 0,
}
if sys.argv[3:] == ["execute"]:
    replies = everybody.execute("6 * 7", block=False).get(limit)
    print(json.dumps({**seen, "executed": [reply.metadata["status"] for reply in replies]}))
    sys.exit()

broadcast = rc.broadcast_view()
seen |= {
    "direct": everybody.apply_async(lambda: "direct").get(limit),
    "balanced": rc.load_balanced_view().map_async(lambda x: x + 1, range(6)).get(limit),
    "broadcast": broadcast.apply_async(lambda: "broadcast").get(limit),
    "output": output(),
    "cleared": rc.clear(block=True),
    "queue": sorted(map(str, rc.queue_status())),
    "history": len(rc.hub_history()) > 6,
}
print(json.dumps(seen))
