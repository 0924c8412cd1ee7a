"""compute.py CLIENT_FILE N: a stock client computes on N engines, two of them Python's, in every way there is.
Prints what it saw as one JSON line.
"""

import json
import os
import sys

import ipyparallel as ipp


def shown(result):
    """What was shown for each engine. Replies and output travel apart: the output may come a moment later."""
    replies = result.get(timeout=30)
    result.wait_for_output(30)
    return [reply.metadata["execute_result"]["data"]["text/plain"] for reply in replies]


def heard(execute):
    """What `execute` shows. A client's first requests may be faster than its own subscription to output: then it asks again."""
    for _ in range(10):
        result = execute()
        result.get(timeout=30)
        try:
            result.wait_for_output(3)
        except ipp.TimeoutError:
            continue
        if all(reply.metadata["execute_result"] for reply in result.get()):
            break
    return shown(result)


rc = ipp.Client(sys.argv[1], timeout=30)
rc.wait_for_engines(int(sys.argv[2]), timeout=30)

# Python divides here; to JavaScript all that follows the 7 is a comment.
languages = heard(lambda: rc[:].execute("7 // 2", silent=False, block=False))
python = [id for id, text in zip(rc.ids, languages) if text == "3"]
squares = rc.load_balanced_view().map_async(lambda x: x * x, range(40))
pids = rc[python].apply_async(os.getpid)
product = rc.broadcast_view().execute("6 * 7", silent=False, block=False)

seen = {
    "languages": languages,
    "squares": squares.get(timeout=60),
    "pids": len(set(pids.get(timeout=30))),
    "broadcast": shown(product),
    # Results come from the records when they were not kept by the client.
    "again": sum(ipp.Client(sys.argv[1], timeout=30).get_result(squares.msg_ids).get(timeout=30), []),
    "queue": sorted(map(str, rc.queue_status())),
    "recorded": len(rc.db_query({"msg_id": {"$in": squares.msg_ids}}, keys=["msg_id", "completed"])),
}
print(json.dumps(seen))
