# In the pod of `helm test`: a stock ipyparallel client asks the hub for its engines, waits for as many as wanted, and
# computes on each. Arguments: connection file, engines, seconds.
import sys
import time

import ipyparallel as ipp

file, wanted, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
deadline = time.monotonic() + seconds
with ipp.Client(file, timeout=seconds) as client:
    while len(client.ids) < wanted:
        if time.monotonic() > deadline:
            sys.exit(f"{len(client.ids)} of {wanted} engines are registered after {seconds:.0f} s")
        time.sleep(0.2)
    engines = client.ids
    print(f"the hub answers: {len(engines)} engines")
    if engines:
        client[engines].execute("answer = 6 * 7").get(seconds)
        print(f"computed on {len(engines)} engines")
