"""from_file.py FILE: Python's Cluster of a cluster file that is ours computes on all engines and stops it; prints what they say."""

import json
import sys

import ipyparallel as ipp

cluster = ipp.Cluster.from_file(sys.argv[1])
rc = cluster.connect_client_sync()
rc.wait_for_engines(2, timeout=60)
executed = rc[:].execute("console.log(6 * 7)", silent=False)
executed.get(60)
executed.wait_for_output(20)
print(json.dumps({"said": executed.stdout, "launched": sum(engine_set.n for engine_set in cluster.engines.values())}))
rc.close()
cluster.stop_cluster_sync()
