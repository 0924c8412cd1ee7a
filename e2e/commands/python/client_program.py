"""A program of a user: reads a question (JSON) from its input, asks all engines, and prints what they say as one line of JSON."""

import json
import sys

import ipyparallel as ipp

question = json.load(sys.stdin)
cluster = question["cluster"]
options = {"profile": cluster.get("profile"), "cluster_id": cluster.get("clusterId")}
if "file" in cluster:
    options["connection_info"] = cluster["file"]
rc = ipp.Client(timeout=30, **{name: value for name, value in options.items() if value is not None})
rc.wait_for_engines(question["n"], timeout=60)
executed = rc[:].execute(question["code"], silent=False)
executed.get(60)
executed.wait_for_output(20)
print(json.dumps([json.loads(text) for text in executed.stdout]))
