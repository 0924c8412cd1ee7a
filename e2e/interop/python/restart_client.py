"""restart_client.py SECURITY_FOLDER N SECONDS: a stock client of N Python engines, under whose work the controller is replaced.

Says "submitted" when all of its work is under way: each engine works for SECONDS on a direct request, with another one behind it
that it has not begun; a broadcast waits behind these; and twice as many balanced tasks as there are engines. Then it waits for all
of it, tries everything once more, and prints what it saw as one JSON line.
"""

import json
import sys
import time

import ipyparallel as ipp

security, count, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
limit = 60


def work(seconds, value):
    import time

    time.sleep(seconds)
    return value


def outcome(result):
    """What became of it: its values, or the name of its error."""
    try:
        return result.get(timeout=limit)
    except ipp.TimeoutError:
        return "hangs"
    except ipp.CompositeError as error:
        return sorted({ename for ename, *_ in error.elist})
    except ipp.RemoteError as error:
        return error.ename


rc = ipp.Client(f"{security}/ipcontroller-client.json", timeout=30)
rc.wait_for_engines(count, timeout=60)
before = dict(zip(rc.ids, rc[:].apply_sync(__import__("os").getpid)))
view = rc.load_balanced_view()
balanced = [view.apply_async(work, seconds, f"balanced {i}") for i in range(2 * count)]
time.sleep(0.5)
direct = rc[:].apply_async(work, seconds, "direct")
behind = rc[:].apply_async(work, 0, "behind")
time.sleep(1)
print("submitted", flush=True)
began = time.monotonic()
seen = {
    "balanced": [outcome(result) for result in balanced],
    "direct": outcome(direct),
    "behind": outcome(behind),
    "waited": time.monotonic() - began,
}

# A view may just be told that an engine is gone and back.
deadline = time.monotonic() + limit
while len(rc.ids) < count and time.monotonic() < deadline:
    time.sleep(0.1)
time.sleep(1)
seen["same engines"] = dict(zip(rc.ids, rc[:].apply_async(__import__("os").getpid).get(limit))) == before
seen["again"] = rc.load_balanced_view().map_async(lambda x: x * x, range(10)).get(limit)
seen["broadcast"] = rc.broadcast_view().apply_async(lambda: "there").get(limit)
seen["queues"] = {key: value for key, value in rc.queue_status().items() if key != "unassigned"}
# What the hub has on record, for a client that did not ask.
with ipp.Client(f"{security}/ipcontroller-client.json", timeout=30) as other:
    ids = [msg_id for result in [*balanced, direct, behind] for msg_id in result.msg_ids]
    status = other.result_status(ids, status_only=True)
    seen["pending"] = len(status["pending"])
    seen["completed"] = len(status["completed"])
    seen["asked"] = len(ids)
    seen["kept"] = [outcome(other.get_result(result.msg_ids, owner=False)) for result in balanced]
print(json.dumps(seen))
