"""Compares the record with the publisher's daily counts by gender, at every scrape listed.

    pdx_check.py SERVER FOLDER [--scrapes N] [--wait]

SERVER is the address of a habeasd, FOLDER holds pdx_jail. With --scrapes, only the first N scrapes
are compared; with --wait, it waits until all that is in the log is folded and prints the position.
Exits with 3 when a count differs.
"""

import csv
import http.client
import json
import sys
import urllib.parse
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

HERE = ZoneInfo("America/Los_Angeles")


def get(connection, path):
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status not in (200, 404, 503):
        raise SystemExit(f"{path}: {answer.status} {body.decode()}")
    return json.loads(body)


def wait(connection):
    while True:
        ready = get(connection, "/readyz")
        position = ready["log_position"]
        if position is not None:
            # Waits up to ten seconds for that position to be folded.
            get(connection, f"/v1/figures?measure=events&kind=genesis&min_position={position}")
            if get(connection, "/readyz")["lag_events"] == 0:
                return position


def expected(folder, scrapes):
    counts = {}
    with open(folder / "oracle" / "expected_counts.csv", newline="") as rows:
        for row in csv.DictReader(rows):
            scrape = int(row["as_of_scrape"])
            if row["category"] == "gender" and scrape < scrapes:
                state = counts.setdefault((row["oracle_date"], scrape), {})
                state[row["value"].lower()] = int(row["count"])
    return counts


def main():
    server, folder = urllib.parse.urlsplit(sys.argv[1]), Path(sys.argv[2])
    connection = http.client.HTTPConnection(server.hostname, server.port, timeout=120)
    if "--wait" in sys.argv:
        print(wait(connection))
        return
    scrapes = int(sys.argv[sys.argv.index("--scrapes") + 1]) if "--scrapes" in sys.argv else 10**9
    wait(connection)
    with open(folder / "scrapes.csv", newline="") as rows:
        recorded = {int(row["scrape"]): row["recorded_at"] for row in csv.DictReader(rows)}
    counts = expected(folder, scrapes)
    equal = 0
    for (_, scrape), want in sorted(counts.items(), key=lambda item: item[0][1]):
        at = recorded[scrape]
        day = datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(HERE).date()
        query = f"measure=persons&definition=detained/any&on={day}&at=recorded:{at}&group_by=sex"
        answer = get(connection, f"/v1/figures?{query}")
        found = {row["group"]["sex"]: row["count"] for row in answer["rows"] if row["count"]}
        if found == want and answer["left_out"] == 0:
            equal += 1
        else:
            print(f"scrape {scrape} ({day}): found {found}, expected {want}, left out {answer['left_out']}")
    print(f"{equal} of {len(counts)} expected counts equal")
    if equal != len(counts) or not counts:
        raise SystemExit(3)


main()
