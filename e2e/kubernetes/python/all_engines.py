"""all_engines.py CLIENT_FILE N: a stock client waits for N engines and hands tasks to one load-balanced view until each
engine has worked. Prints what it saw as one JSON line.
"""

import json
import sys
import time

import ipyparallel as ipp


def work(x):
    import time

    time.sleep(0.02)
    return x * x


rc = ipp.Client(sys.argv[1], timeout=30)
rc.wait_for_engines(int(sys.argv[2]), timeout=60)
view = rc.load_balanced_view()
used, sums = set(), []
deadline = time.monotonic() + 60
while used != set(rc.ids) and time.monotonic() < deadline:
    result = view.map_async(work, range(10 * len(rc.ids)), chunksize=1)
    sums.append(sum(result.get(timeout=30)))
    used.update(result.engine_id)
direct = rc[:].execute("6 * 7", silent=False, block=False)
replies = direct.get(timeout=30)
# Replies and output travel apart: the output may come a moment later.
direct.wait_for_output(30)
shown = [reply.metadata["execute_result"]["data"]["text/plain"] for reply in replies]
print(
    json.dumps(
        {
            "engines": len(rc.ids),
            "used": sorted(used) == sorted(rc.ids),
            "right": set(sums) == {sum(x * x for x in range(10 * len(rc.ids)))},
            "direct": shown,
        }
    )
)
