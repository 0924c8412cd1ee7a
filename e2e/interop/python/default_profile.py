"""default_profile.py N: what a person types in a notebook, with a cluster of N Node engines in the default profile."""

import json
import sys

import ipyparallel as ipp

rc = ipp.Client(timeout=20)
rc.wait_for_engines(int(sys.argv[1]), timeout=30)
executed = rc[:].execute("process.pid", silent=False)
executed.wait_for_output(20)
print(json.dumps([int(reply.metadata["execute_result"]["data"]["text/plain"]) for reply in executed.get(timeout=20)]))
