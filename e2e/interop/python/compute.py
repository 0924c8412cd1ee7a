"""compute.py SECURITY_FOLDER N: a stock client tries every way to N Python engines once, and prints what it saw as one JSON line."""

import json
import os
import sys

import ipyparallel as ipp

rc = ipp.Client(f"{sys.argv[1]}/ipcontroller-client.json", timeout=30)
rc.wait_for_engines(int(sys.argv[2]), timeout=60)
limit = 60
seen = {
    "ids": rc.ids,
    "direct": rc[:].apply_async(lambda: "direct").get(limit),
    "broadcast": rc.broadcast_view().apply_async(lambda: "broadcast").get(limit),
    "balanced": rc.load_balanced_view().map_async(lambda x: x + 1, range(6)).get(limit),
    "pids": dict(zip(rc.ids, rc[:].apply_async(os.getpid).get(limit))),
}
print(json.dumps(seen))
