"""round_trips.py CONNECTION_FILE WARM_UP N: times of N direct no-op requests one after the other, in ms, as a JSON list."""

import json
import sys
import time

import ipyparallel as ipp


def nothing():
    pass


rc = ipp.Client(sys.argv[1], timeout=60)
warm_up, count = int(sys.argv[2]), int(sys.argv[3])
view = rc[0]
times = []
for _ in range(warm_up + count):
    begin = time.perf_counter()
    view.apply_sync(nothing)
    times.append((time.perf_counter() - begin) * 1000)
print(json.dumps(times[warm_up:]))
