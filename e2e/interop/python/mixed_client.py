"""mixed_client.py SECURITY_FOLDER N: a stock client on N engines, some of them Python's and some on Node, at the same time.
Prints what it saw as one JSON line.
"""

import json
import sys

import ipyparallel as ipp


def shown(result):
    """What was shown for each engine. Replies and output travel apart: the output may come a moment later."""
    replies = result.get(timeout=20)
    result.wait_for_output(20)
    return [reply.metadata["execute_result"]["data"]["text/plain"] for reply in replies]


def failure(work):
    try:
        work()
    except ipp.RemoteError as error:
        return {"ename": error.ename, "evalue": error.evalue, "engine": error.engine_info.get("engine_id")}
    return None


rc = ipp.Client(f"{sys.argv[1]}/ipcontroller-client.json", timeout=20)
rc.wait_for_engines(int(sys.argv[2]), timeout=30)
everybody = rc[:]
everybody.block = False

# Python divides here; to JavaScript all that follows the 7 is a comment.
languages = {
    id: "python" if text == "3" else "node"
    for id, text in zip(rc.ids, shown(everybody.execute("7 // 2", silent=False)))
}
python = [id for id, language in languages.items() if language == "python"]
node = [id for id, language in languages.items() if language == "node"]

# Everything is under way at once: one expression on all of them, apply on the Python engines, a balanced map.
product = everybody.execute("6 * 7", silent=False)
squares = rc.load_balanced_view().map_async(lambda x: x * x, range(40))
pids = rc[python].apply_async(__import__("os").getpid)
hello = rc[node].execute("console.log('hello from node'); globalThis.kept = 5;")
hello.get(timeout=20)
hello.wait_for_output(10)

seen = {
    "languages": languages,
    "product": shown(product),
    "squares": squares.get(timeout=30),
    "pids": len(set(pids.get(timeout=20))),
    "stdout": hello.stdout,
    "kept": shown(rc[node].execute("kept + 1", silent=False)),
    "error": failure(lambda: rc[node[0]].execute("throw new RangeError('too far')", block=True)),
    "apply": failure(lambda: rc[node[0]].apply_sync(lambda: 1)) if node else None,
    "broadcast": shown(rc.broadcast_view().execute("6 * 7", silent=False)),
    "queue": sorted(map(str, rc.queue_status())),
    "history": len(rc.hub_history()),
}
print(json.dumps(seen))
