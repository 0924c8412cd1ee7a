"""wait_for_engines.py SECURITY_FOLDER N: ends when the controller lists N engines, and prints id → uuid."""

import json
import sys
import time

from wire import Wire

wire = Wire(sys.argv[1])
deadline = time.monotonic() + 30
while len(engines := wire.engines()) < int(sys.argv[2]):
    if time.monotonic() > deadline:
        sys.exit(f"only {len(engines)} engines after 30 s")
    time.sleep(0.05)
print(json.dumps(engines))
