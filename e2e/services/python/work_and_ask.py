"""work_and_ask.py CLIENT_FILE N: a stock client works, N tasks, and then asks the records for them.
Prints how long both took and what came of it, as one JSON line.
"""

import json
import sys
import time

import ipyparallel as ipp

rc = ipp.Client(sys.argv[1], timeout=30)
rc.wait_for_engines(1, timeout=30)
begin = time.monotonic()
work = rc.load_balanced_view().map_async(abs, range(int(sys.argv[2])))
done = work.get(timeout=60)
worked = time.monotonic() - begin
try:
    answer = [record["msg_id"] for record in rc.db_query({"completed": {"$ne": None}}, keys=["msg_id"])]
except ipp.RemoteError as error:
    answer = error.ename
print(
    json.dumps(
        {
            "done": len(done),
            "worked": worked,
            "asked": time.monotonic() - begin - worked,
            "msg_ids": work.msg_ids,
            "answer": answer,
        }
    )
)
