"""ipyparallel's own SQLiteDB: `sqlite_queries.py FILE TASKS ENGINES NUMBERS` fills it with tasks like those of the bench, asks
for those of the numbers in five ways, and prints the times in ms."""

import asyncio
import json
import os
import sys
import time
from datetime import datetime, timedelta, timezone

from ipyparallel.controller.sqlitedb import SQLiteDB

START = datetime(2026, 9, 21, 14, 13, 20, tzinfo=timezone.utc)


def msg_id(n):
    return f"13fa3a4c-27a2e0b2a4e07d4d5e5c6c9c_13991_{n}"


def fill(db, tasks, engines):
    request = dict(
        header={"msg_id": "", "msg_type": "apply_request", "username": "ada", "session": "13fa3a4c", "version": "5.3"},
        metadata={"retries": 0, "after": [], "follow": [], "timeout": None, "targets": []},
        content={},
        buffers=[b"x" * 200, b"y" * 300],
        queue="task",
        stdout="",
        stderr="",
    )
    result = dict(
        result_header={"msg_id": "", "msg_type": "apply_reply", "username": "ada", "session": "e", "version": "5.3"},
        result_metadata={"status": "ok", "engine": "e", "dependencies_met": True, "is_broadcast": False},
        result_content={"status": "ok"},
        result_buffers=[b"z" * 50],
    )
    begin = time.perf_counter()
    for n in range(tasks):
        date = START + timedelta(microseconds=n)
        engine = f"engine-{n % engines}"
        db.add_record(msg_id(n), dict(request, msg_id=msg_id(n), submitted=date, client_uuid="c", engine_uuid=engine))
        if n >= engines:
            done = date + timedelta(microseconds=900)
            db.update_record(msg_id(n), dict(result, started=date, completed=done, received=done))
    return tasks / (time.perf_counter() - begin)


async def main():
    file, tasks, engines, numbers = sys.argv[1:]
    tasks, engines, numbers = int(tasks), int(engines), [int(n) for n in numbers.split(",")]
    location, filename = os.path.split(file)
    db = SQLiteDB(location=location, filename=filename, table="ipython-tasks")
    writes = fill(db, tasks, engines)

    def completed(n):
        moment = START + timedelta(microseconds=n + 900)
        return {"completed": {"$gte": moment, "$lt": moment + timedelta(microseconds=3)}}

    ways = [
        lambda n: db.get_record(msg_id(n)),
        lambda n: db.find_records({"msg_id": msg_id(n)}),
        lambda n: db.find_records({"engine_uuid": f"engine-{n % engines}", "completed": None}, ["msg_id", "submitted"]),
        lambda n: db.find_records(completed(n), ["msg_id", "completed"]),
        lambda n: db.find_records({"completed": None}, ["msg_id", "engine_uuid"]),
    ]
    times = []
    for way in ways:
        each = []
        # A search of everything takes too long to be repeated so often.
        for n in numbers[: 300 if way is ways[0] or way is ways[1] else 30]:
            begin = time.perf_counter()
            way(n)
            each.append((time.perf_counter() - begin) * 1000)
        times.append(each)
    print(json.dumps({"ms": times, "writesPerS": writes}))
    db.close()


asyncio.run(main())
