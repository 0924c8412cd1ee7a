"""expired.py CLIENT_FILE run N: sends N balanced tasks one after the other, and prints their ids.
expired.py CLIENT_FILE ask ID...: a client that has never seen these tasks asks for each, until none is pending, and prints
what it was told by id: the value, or name and text of the error."""

import json
import sys

import ipyparallel as ipp
from ipyparallel.error import RemoteError

client = ipp.Client(sys.argv[1], timeout=30)
action, args = sys.argv[2], sys.argv[3:]


def double(x):
    return 2 * x


def told(ask):
    try:
        return {"value": ask()}
    except RemoteError as error:
        return {"ename": error.ename, "evalue": error.evalue}


if action == "run":
    client.wait_for_engines(1, timeout=60)
    view = client.load_balanced_view()
    ids = []
    for n in range(int(args[0])):
        result = view.apply_async(double, n)
        result.get(timeout=30)
        ids += result.msg_ids
    print(json.dumps(ids))
else:
    by_id = {}
    for msg_id in args:
        by_id[msg_id] = {
            "get_result": told(lambda: client.get_result(msg_id, owner=False).get(timeout=30)),
            "resubmit": told(lambda: client.resubmit([msg_id]).get(timeout=30)),
            "found": len(client.db_query({"msg_id": msg_id}, keys=["msg_id"])),
        }
    print(json.dumps(by_id))
client.close()
