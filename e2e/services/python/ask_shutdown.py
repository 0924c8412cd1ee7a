"""ask_shutdown.py CLIENT_FILE: a stock client ends engines and hub. Prints the error that it got, or null, as one JSON line."""

import json
import sys

import ipyparallel as ipp

rc = ipp.Client(sys.argv[1], timeout=30)
try:
    rc.shutdown(hub=True, block=True)
    refusal = None
except ipp.RemoteError as error:
    refusal = {"ename": error.ename, "evalue": error.evalue}
print(json.dumps(refusal))
