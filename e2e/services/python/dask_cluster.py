"""dask_cluster.py CLIENT_FILE N: turns N Python engines into dask workers, computes, stops that, and starts it again.
Prints what it saw, or the error that it got, as one JSON line.
"""

import json
import sys

import ipyparallel as ipp

rc = ipp.Client(sys.argv[1], timeout=30)
rc.wait_for_engines(int(sys.argv[2]), timeout=30)
addresses = []


def become():
    client = rc.become_dask()
    client.wait_for_workers(int(sys.argv[2]), timeout=60)
    addresses.append(client.scheduler.address)
    return client


try:
    client = become()
except ipp.RemoteError as error:
    print(json.dumps({"ename": error.ename, "evalue": error.evalue}))
    sys.exit()
with client:
    squares = client.gather(client.map(lambda x: x * x, range(20)))
    workers = len(client.scheduler_info()["workers"])
rc.stop_dask()
# The next one runs until the hub ends.
become().close()
print(json.dumps({"squares": squares, "workers": workers, "addresses": addresses}))
