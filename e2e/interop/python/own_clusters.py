"""own_clusters.py ID: what Python's Cluster and ClusterManager see of our cluster; then they restart its engines and stop it."""

import json
import sys

import ipyparallel as ipp

cluster_id = sys.argv[1]
manager = ipp.ClusterManager()
found = manager.load_clusters()
cluster = ipp.Cluster.from_file(cluster_id=cluster_id)
sets = {
    name: {"class": type(engines).__name__, "n": engines.n, "pid": getattr(engines, "pid", None)}
    for name, engines in cluster.engines.items()
}
client = cluster.connect_client_sync()
client.wait_for_engines(sum(one["n"] for one in sets.values()), timeout=30)
seen = {
    "keys": sorted(found),
    "running": cluster.controller.running,
    "sets": sets,
    "ids": len(client.ids),
}
client.close()
cluster.stop_cluster_sync()
seen["file"] = cluster._is_running()
print(json.dumps(seen))
