"""large_results.py CLIENT_FILE BYTES: a stock client gets results of that size, and another one gets them from the records.
Prints what both saw as one JSON line.
"""

import hashlib
import json
import random
import sys

import ipyparallel as ipp


def made(seed, size):
    import random

    return random.Random(seed).randbytes(size)


def many(size):
    return [bytes([i]) * (size // 10) for i in range(10)]


def digests(results):
    flat = [part for result in results for part in (result if isinstance(result, list) else [result])]
    return [[len(part), hashlib.sha256(part).hexdigest()] for part in flat]


size = int(sys.argv[2])
rc = ipp.Client(sys.argv[1], timeout=30)
rc.wait_for_engines(1, timeout=30)
asked = [
    rc[0].apply_async(made, 7, size),
    rc.load_balanced_view().apply_async(many, size),
    # As large on the way there.
    rc[0].apply_async(len, random.Random(8).randbytes(size // 5)),
]
results = [ar.get(timeout=120) for ar in asked]
other = ipp.Client(sys.argv[1], timeout=30)
again = [other.get_result(ar.msg_ids[0]).get(timeout=120) for ar in asked]
records = other.db_query({"msg_id": {"$in": [ar.msg_ids[0] for ar in asked]}}, keys=["buffers", "result_buffers"])
print(
    json.dumps(
        {
            "first": digests(results[:2]) + results[2:],
            "again": digests(again[:2]) + again[2:],
            "requests": sorted(sum(len(buffer) for buffer in record["buffers"]) > size // 5 for record in records),
            "results": sorted(sum(len(buffer) for buffer in record["result_buffers"]) >= size for record in records),
        }
    )
)
