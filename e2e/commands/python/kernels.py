"""Asks engines of several kernels, as a stock client, and prints what they say as one line of JSON."""

import json
import sys
import time

import ipyparallel as ipp

question = json.load(sys.stdin)
rc = ipp.Client(timeout=30)
rc.wait_for_engines(question["n"], timeout=90)


def run(engine, code):
    result = rc[engine].execute(code, silent=False)
    error = None
    try:
        result.get(60)
    except Exception as raised:
        error = [getattr(raised, "ename", type(raised).__name__), getattr(raised, "evalue", str(raised))]
    result.wait_for_output(20)
    said = result.metadata["execute_result"]
    return {
        "stdout": result.stdout,
        "stderr": result.stderr,
        "result": said and said["data"]["text/plain"],
        "error": error,
        "outputs": [output["data"] for output in result.outputs],
    }


def refusal(work):
    try:
        work()
    except Exception as raised:
        return [raised.ename, raised.evalue]


def interrupt(engine, code):
    result = rc[engine].execute(code)
    time.sleep(1)
    rc.send_signal("SIGINT", targets=engine, block=True)
    return refusal(lambda: result.get(30))


answers = {
    "cells": [run(engine, code) for engine, code in question["cells"]],
    "interrupted": [interrupt(engine, code) for engine, code in question["interrupt"]],
    "calls": [refusal(lambda engine=engine: rc[engine].apply_sync(len, "abc")) for engine in question["calls"]],
}
# What engines of another kernel cannot run goes to those of Python.
if question["map"]:
    answers["map"] = rc.load_balanced_view().map_sync(lambda x: x * 2, range(6))
print(json.dumps(answers))
