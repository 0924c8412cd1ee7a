"""versions_client.py SECURITY_FOLDER N: a stock client of this Python's ipyparallel on N engines, of whatever versions, some of
them on Node; at the end it ends them and the controller. Prints what it saw as one JSON line.

Functions of one's own (and those of push and pull) travel as byte code, which is that of one Python version: where engine and
client differ, only functions that both can import are applied.
"""

import json
import operator
import sys

import ipyparallel as ipp

folder = sys.argv[1]
rc = ipp.Client(f"{folder}/ipcontroller-client.json", timeout=60)
rc.wait_for_engines(int(sys.argv[2]), timeout=120)
own_python = list(sys.version_info[:2])


def shown(result):
    """What was shown for each engine. Replies and output travel apart: the output may come a moment later."""
    replies = result.get(timeout=60)
    result.wait_for_output(60)
    return [reply.metadata["execute_result"]["data"]["text/plain"] for reply in replies]


def failure(work):
    try:
        work()
    except ipp.RemoteError as error:
        return [error.ename, error.evalue]
    return None


def on_engine(id, version, python):
    one = rc[id]
    balanced = rc.load_balanced_view(targets=[id])
    result = balanced.apply_async(operator.mul, 6, 7)
    talk = one.execute("print('hello'); import sys; print('and more', file=sys.stderr)", block=False)
    talk.get(timeout=60)
    talk.wait_for_output(60)
    same = python == own_python
    if same:
        one.push({"data": {"a": [1, 2.5, None], "b": "text"}}, block=True)
    # By a client that has not seen the request, so the hub has to tell.
    with ipp.Client(f"{folder}/ipcontroller-client.json", timeout=60) as other:
        balanced_result = result.get(timeout=60)
        again = other.get_result(result.msg_ids, owner=False).get(timeout=60)
        recorded = other.db_query({"msg_id": {"$in": result.msg_ids}}, keys=["msg_id", "completed"])
    return {
        "version": version,
        "direct": one.apply_sync(operator.getitem, {"a": [1, 2.5, None], "b": "text"}, "a"),
        "balanced": balanced_result,
        "again": again,
        "recorded": [record["completed"] is not None for record in recorded],
        "stdout": talk.stdout,
        "stderr": talk.stderr,
        "error": failure(lambda: one.execute("1 / 0", block=True)),
        "own": [one.pull("data", block=True)["b"], one.apply_sync(lambda x: x * x, 7)] if same else None,
    }


# Python divides here; to JavaScript all that follows the 7 is a comment.
halves = shown(rc[:].execute("7 // 2", silent=False, block=False))
python_ids = [id for id, half in zip(rc.ids, halves) if half == "3"]
everybody = rc[python_ids]
everybody.block = False
versions = [text.strip("'") for text in shown(everybody.execute("import ipyparallel; ipyparallel.__version__", silent=False))]
pythons = [json.loads(text) for text in shown(everybody.execute("import sys; list(sys.version_info[:2])", silent=False))]
seen = {
    "client": ipp.__version__,
    "engines": [on_engine(*engine) for engine in zip(python_ids, versions, pythons)],
    "broadcast": shown(rc.broadcast_view().execute("6 * 7", silent=False, block=False)),
    "queue": sorted(map(str, rc.queue_status())),
    "same python": sum(python == own_python for python in pythons),
}
rc.shutdown(hub=True, block=True)
print(json.dumps(seen))
