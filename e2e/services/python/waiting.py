"""waiting.py CLIENT_FILE COUNT SECONDS: a stock client gives the scheduler COUNT tasks of so many seconds for Python engines,
then sends nothing more and waits. Says `submitted` on a line; prints what became of each task as one JSON line.
"""

import json
import sys

import ipyparallel as ipp

count, seconds = int(sys.argv[2]), float(sys.argv[3])


def work(i, seconds):
    import time

    time.sleep(seconds)
    return i * i


def outcome(result):
    try:
        return result.get(timeout=60)
    except Exception as error:
        return f"{type(error).__name__}: {getattr(error, 'ename', '')} {getattr(error, 'evalue', error)}"


rc = ipp.Client(sys.argv[1], timeout=30)
rc.wait_for_engines(4, timeout=30)
# To JavaScript all that follows the 7 is a comment.
replies = rc[:].execute("7 // 2", silent=False, block=True)
texts = [reply.metadata["execute_result"]["data"]["text/plain"] for reply in replies]
python = [id for id, text in zip(rc.ids, texts) if text == "3"]
view = rc.load_balanced_view(python)
results = [view.apply_async(work, i, seconds) for i in range(count - 1)]
with view.temp_flags(after=results):
    results.append(view.apply_async(work, count - 1, seconds))
print("submitted", flush=True)
print(json.dumps([outcome(result) for result in results]))
