"""own_cluster.py PROFILE_DIR N CONTROLLER_COMMAND…: Python's Cluster API starts a controller by that command and N stock engines,
computes and stops. Prints what it saw as one JSON line.
"""

import json
import sys

import ipyparallel as ipp
from traitlets.config import Config

profile_dir, n, *command = sys.argv[1:]
config = Config()
config.LocalControllerLauncher.controller_cmd = command
cluster = ipp.Cluster(profile_dir=profile_dir, n=int(n), config=config, log_level=30)
with cluster as rc:
    broadcast = rc.broadcast_view()
    broadcast.is_coalescing = True
    seen = {
        "encrypted": rc.curve_serverkey is not None,
        "signed": len(rc.session.key) > 0,
        "engines": len(rc.ids),
        "squares": rc[:].map_sync(lambda x: x * x, range(4)),
        "balanced": rc.load_balanced_view().map_sync(lambda x: x + 1, range(4)),
        "broadcast": len(broadcast.apply_sync(lambda: 1)),
        "environment": rc[0].apply_sync(lambda: [k for k in __import__("os").environ if "SECRETKEY" in k]),
    }
print(json.dumps(seen))
