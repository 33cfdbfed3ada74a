"""What a cluster must stand: its leader, each broker, a node and all brokers are lost under load.

Start at `main`. Never here: how the site is set up (site.py), and who sends (load.py).
"""

import argparse
import asyncio
import collections
import json
import logging
import pathlib
import re
import shutil
import sys
import tempfile
import threading
import time

import nats

from load import Client, Load, longest_pause
from site_of_three import Site

STREAM = "HABEAS"
# A step is over when both nodes write again, and at most after so many seconds.
STEP_WAIT = 60
# The longest that a paused broker is paused: longer than an election takes.
PAUSE = 12
# Limits of the issue that asked for the cluster, in seconds.
DEATH_MAX, ORDERED_MAX, AFTER_LEADER_MAX = 15.0, 2.0, 2.0


class Elections:
    """Hears when the log has a new leader, on a connection of its own to each broker."""

    def __init__(self, site):
        self.site, self.at = site, []
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.heard, self.clients = set(), []
        self.renew()

    def renew(self):
        """Connects to each broker anew: clients of one that was lost have gone to another."""
        async def renewed():
            for client in self.clients:
                await client.close()
            self.clients = [await self.follow(broker) for broker in self.site.brokers]

        asyncio.run_coroutine_threadsafe(renewed(), self.loop).result(30)

    async def connect(self, broker):
        async def silent(_error):
            pass

        return await nats.connect(
            f"tls://127.0.0.1:{broker.port}", user="habeasd", password=self.site.password, tls=self.site.tls(),
            max_reconnect_attempts=-1, reconnect_time_wait=0.2, ping_interval=2, error_cb=silent)

    async def follow(self, broker):
        client = await self.connect(broker)

        async def elected(message):
            advisory = json.loads(message.data)
            if advisory["id"] not in self.heard:
                self.heard.add(advisory["id"])
                self.at.append((time.monotonic(), advisory.get("leader")))

        await client.subscribe(f"$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED.{STREAM}", cb=elected)
        await client.flush()
        return client

    def since(self, instant):
        """Returns when the last election after `instant` was heard of; none where none was."""
        times = [at for at, _ in self.at if at >= instant]
        return times[-1] if times else None

    def ask(self, subject, body=b""):
        """Asks the JetStream API of whichever broker answers."""
        async def asked():
            for broker in self.site.brokers:
                if broker.is_there():
                    client = await self.connect(broker)
                    try:
                        return json.loads((await client.request(f"$JS.API.{subject}", body, timeout=5)).data)
                    finally:
                        await client.close()
            return None

        return asyncio.run_coroutine_threadsafe(asked(), self.loop).result(20)

    def leader(self):
        """Returns the broker that leads the log, by what the others of the cluster know."""
        name = self.ask(f"STREAM.INFO.{STREAM}")["cluster"]["leader"]
        return next(broker for broker in self.site.brokers if broker.name == name)


class Trial:
    """The steps of the test, and a line of the table for each."""

    def __init__(self, site, load, elections):
        self.site, self.load, self.elections = site, load, elections
        self.rows = []

    def step(self, what, limit, do, undo=lambda: None, hold=0):
        """Does something to the cluster, and measures how long writes and reads stand still."""
        self.elections.renew()
        began = time.monotonic()
        do()
        done = time.monotonic()
        if hold:
            time.sleep(hold)
            undo()
        self.site.wait(f"writes after: {what}", lambda: all(
            self.load.has_written_since(node, done + 0.2) for node in self.site.nodes if node.is_there()), STEP_WAIT)
        time.sleep(1.5)
        end = time.monotonic()
        if not hold:
            undo()
        elected = self.elections.since(began)
        row = {"what": what, "limit": limit, "elected": None if elected is None else elected - began}
        for node in self.site.nodes:
            pause, ended = longest_pause(self.load.acknowledged_at[node.name], began - 0.2, end)
            read, _ = longest_pause(self.load.read_at[node.name], began - 0.2, end)
            row[node.name] = pause
            row[f"{node.name} after"] = None if elected is None else max(0.0, min(pause, ended - elected))
            row[f"{node.name} read"] = read
        self.rows.append(row)
        print(line(row), flush=True)
        self.site.wait("the brokers", lambda: all(broker.is_well() for broker in self.site.brokers), STEP_WAIT * 2)
        time.sleep(2)

    def run(self, rounds):
        for _ in range(rounds):
            for _ in range(3):
                self.step("the leader steps down in order", ORDERED_MAX,
                          lambda: self.elections.ask(f"STREAM.LEADER.STEPDOWN.{STREAM}"))
            leader = self.elections.leader()
            self.step(f"{leader.name}, the leader, is stopped in order", None, leader.stop, leader.start)
            leader = self.elections.leader()
            self.step(f"{leader.name}, the leader, is killed", DEATH_MAX, leader.kill, leader.start)
            leader = self.elections.leader()
            self.step(f"{leader.name}, the leader, is paused", DEATH_MAX, leader.pause, leader.go_on, hold=PAUSE)
            for broker in self.site.brokers:
                what = "the leader" if broker is self.elections.leader() else "a follower"
                self.step(f"{broker.name}, {what}, is killed", DEATH_MAX, broker.kill, broker.start)
            for broker in self.site.brokers:
                what = "the leader" if broker is self.elections.leader() else "a follower"
                self.step(f"{broker.name}, {what}, is paused", DEATH_MAX, broker.pause, broker.go_on, hold=PAUSE)
            self.all_killed()
            self.node_killed()

    def all_killed(self):
        def kill():
            for broker in self.site.brokers:
                broker.process.kill()
            for broker in self.site.brokers:
                broker.process.wait()

        def start():
            for broker in self.site.brokers:
                broker.start()

        self.step("all brokers are killed at once, and started again after 3 s", None, kill, start, hold=3)

    def node_killed(self):
        node, other = self.site.nodes
        node.kill()
        killed = time.monotonic()
        self.site.wait("the other node", lambda: self.load.has_written_since(other, killed + 0.5), STEP_WAIT)
        time.sleep(2)
        began = time.monotonic()
        node.start()
        ready = time.monotonic() - began
        self.site.wait("the node", lambda: self.load.has_written_since(node, began), STEP_WAIT)
        pause, _ = longest_pause(self.load.acknowledged_at[other.name], killed - 0.2, time.monotonic())
        events = self.load.acknowledged()
        print(f"node-1 is killed with {events} events: ready {ready:.1f} s after its start; "
              f"node-2 wrote with a pause of {pause:.1f} s at the most", flush=True)


def seconds(number):
    return "-" if number is None else f"{number:.1f}"


HEAD = ("what", "new leader", "writes stood, node 1", "node 2", "of it after the leader", "reads stood", "limit")


def line(row):
    after = [row[name] for name in ("node-1 after", "node-2 after") if row[name] is not None]
    reads = max(row["node-1 read"], row["node-2 read"])
    cells = [row["what"], seconds(row["elected"]), seconds(row["node-1"]), seconds(row["node-2"]),
             seconds(max(after, default=None)), seconds(reads), seconds(row["limit"])]
    return "| " + " | ".join(cells) + " |"


def check_everything(site, load):
    """Holds what was acknowledged against what both nodes have, and the nodes against each other."""
    clients = [Client(node, site.tls()) for node in site.nodes]
    last = max(max(positions) for positions in load.positions.values())
    twice = [id for id, positions in load.positions.items() if len(positions) > 1]
    figures = [client.ask("GET", f"/v1/figures?measure=persons&kind=arrest&group_by=month&at={last}&min_position={last}")
               for client in clients]
    for node, client in zip(site.nodes, clients):
        # What is exported ends at a checkpoint.
        site.wait(f"a checkpoint of {node.name}", lambda: signed_size(client) >= last)
    histories = []
    for node in site.nodes:
        out = site.folder / f"{node.name}.jsonl"
        site.habeas("--token", node.token(), "--ca", site.certificates / "authority.pem", "export", "--server",
                    node.address, "--output", out)
        histories.append(out.read_bytes().splitlines())
    found = collections.defaultdict(list)
    for position, entry in enumerate(histories[0], 1):
        found[json.loads(entry)["id"]].append(position)
    lost = [id for id, positions in load.positions.items() if not set(found[id]) & positions]
    doubled = [id for id in load.positions if len(found[id]) > 1]
    length = min(map(len, histories))
    facts = {
        "acknowledged events": len(load.positions),
        "events in the history": len(histories[0]),
        "acknowledged and lost": len(lost),
        "stored twice": len(doubled),
        "acknowledged at two positions": len(twice),
        "histories of both nodes are equal": length >= last and histories[0][:length] == histories[1][:length],
        "figures of both nodes are equal": figures[0] == figures[1] and figures[0] is not None and figures[0][0] == 200,
        "troubles told": troubles(site),
    }
    for name, fact in facts.items():
        print(f"{name}: {fact}")
    is_well = not lost and not doubled and not twice and not facts["troubles told"]
    return is_well and facts["histories of both nodes are equal"] and facts["figures of both nodes are equal"]


def signed_size(client):
    """Has the node that holds the key sign, and returns how much the newest checkpoint of a node covers."""
    client.ask("POST", "/v1/log/checkpoint")
    answer = client.ask("GET", "/v1/log/checkpoint")
    return int(answer[1].split(b"\n")[1]) if answer is not None and answer[0] == 200 else 0


def troubles(site):
    """Returns the troubles that nodes told, by name: none of what was done is one."""
    told = []
    for node in site.nodes:
        log = (site.folder / f"{node.name}.log").read_text()
        plain = re.sub(r"\x1b\[[0-9;]*m", "", log)
        told += [line for line in plain.splitlines() if "writing stops" in line]
    return told


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=("run", "trial"))
    parser.add_argument("--bin", default="target/release")
    parser.add_argument("--nats-server", default=".tools/bin/nats-server")
    parser.add_argument("--data", default="data/cluster")
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--pause-ms", type=int, default=0, help="between two requests of one sender")
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    # A broker that is killed while it is asked is no news.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    if asked.command == "run":
        return run(Site(asked.data, asked.bin, asked.nats_server, ("127.0.0.1:8420", "127.0.0.1:8421")))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="habeas-cluster-"))
    site = Site(folder, asked.bin, asked.nats_server, ("127.0.0.1:0", "127.0.0.1:0"))
    is_well = False
    try:
        site.prepare()
        site.start()
        elections = Elections(site)
        load = Load(site, asked.senders, asked.pause_ms)
        load.start()
        try:
            time.sleep(4)
            print("\n".join(["| " + " | ".join(HEAD) + " |", "|---" * len(HEAD) + "|"]), flush=True)
            began = time.monotonic()
            trial = Trial(site, load, elections)
            trial.run(asked.rounds)
            took = time.monotonic() - began
        finally:
            load.end()
        print(f"load: {load.acknowledged() / took:.0f} events a second; refused and sent again: {load.refusals}")
        late = [row["what"] for row in trial.rows if row["limit"] and max(row["node-1"], row["node-2"]) > row["limit"]]
        print(f"longer than their limit: {late}")
        is_well = check_everything(site, load)
    finally:
        site.stop()
        if is_well:
            shutil.rmtree(folder)
        else:
            print(f"logs are kept in {folder}")
    print("cluster passed" if is_well else "cluster FAILED")
    return 0 if is_well else 1


def run(site):
    """Runs the cluster until it is interrupted."""
    try:
        site.prepare()
        for said in site.start():
            print(said, flush=True)
        print(f"authority of the certificates: {site.certificates / 'authority.pem'}; end it with Ctrl-C", flush=True)
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        site.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
