"""stock_tasks.py CONNECTION_FILE ENGINES WARM_UP N: load-balanced no-op tasks that are all submitted at once; prints tasks a second."""

import sys
import time

import ipyparallel as ipp


def nothing():
    pass


rc = ipp.Client(sys.argv[1], timeout=60)
engines, warm_up, count = (int(text) for text in sys.argv[2:5])
rc.wait_for_engines(engines, timeout=60)
view = rc.load_balanced_view()


def run(count):
    for task in [view.apply_async(nothing) for _ in range(count)]:
        task.get(timeout=60)


run(warm_up)
begin = time.perf_counter()
run(count)
print(count / (time.perf_counter() - begin))
