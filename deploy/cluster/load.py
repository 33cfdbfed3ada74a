"""Senders and readers beside which a cluster is put to the test.

Start at `Load`. Each sender sends the same events again until they are acknowledged, as every tool must.
Never here: what is done to the cluster.
"""

import http.client
import json
import threading
import time
import uuid

# An id follows from sender and number, so that what is sent again is the same event.
NAMESPACE = uuid.UUID("5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a01")
EVENTS = 10
REQUEST_WAIT = 60


def event(sender, number):
    key = f"{sender}-{number}"
    return {
        "specversion": "1.0", "id": str(uuid.uuid5(NAMESPACE, key)), "source": "//north-desk.example/cluster",
        "type": "habeas.arrest.v1", "subject": f"north-desk:{key}", "org": "north-desk",
        "recordedtime": "2024-01-01T00:00:00Z", "datacontenttype": "application/json",
        "data": {"occurred": f"2023-{1 + number % 12:02}-{1 + number % 28:02}", "visibility": "public",
                 "persons": [{"id": f"north-desk:{key}"}]},
    }


class Client:
    """A connection to one node, made anew whenever it broke."""

    def __init__(self, node, tls, wait=REQUEST_WAIT):
        self.node, self.tls, self.wait = node, tls, wait
        self.connection = None

    def ask(self, method, path, body=None):
        """Returns status and body; none where the node is not there."""
        headers = {"Authorization": f"Bearer {self.node.token()}", "Content-Type": "application/jsonl"}
        try:
            if self.connection is None:
                host, port = self.node.listen.rsplit(":", 1)
                self.connection = http.client.HTTPSConnection(host, int(port), timeout=self.wait, context=self.tls)
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.connection = None
            return None


class Load:
    """Senders and readers of both nodes, and what they were told."""

    def __init__(self, site, senders, pause_ms=0):
        self.site, self.pause_ms = site, pause_ms
        self.is_over = threading.Event()
        # By node: when events were acknowledged, when a figure was answered, and how long it took.
        self.acknowledged_at = {node.name: [] for node in site.nodes}
        self.read_at = {node.name: [] for node in site.nodes}
        # By id: each position that was acknowledged.
        self.positions = {}
        self.refusals = {}
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.read, args=(node,)) for node in site.nodes]
        for number in range(senders):
            node = site.nodes[number % len(site.nodes)]
            self.threads.append(threading.Thread(target=self.send, args=(node, number)))

    def start(self):
        for thread in self.threads:
            thread.start()

    def end(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def send(self, node, sender):
        client, number = Client(node, self.site.tls()), 0
        while not self.is_over.is_set():
            events = [event(sender, number + offset) for offset in range(EVENTS)]
            body = "\n".join(map(json.dumps, events))
            while not self.deliver(client, node, events, body):
                if self.is_over.is_set():
                    return
                time.sleep(0.1)
            number += EVENTS
            time.sleep(self.pause_ms / 1000)

    def deliver(self, client, node, events, body):
        answer = client.ask("POST", "/v1/events", body)
        now = time.monotonic()
        if answer is None or answer[0] != 200:
            status = "no answer" if answer is None else f"{answer[0]} {problem(answer[1])}"
            with self.lock:
                self.refusals[status] = self.refusals.get(status, 0) + 1
            return False
        verdicts = json.loads(answer[1])
        with self.lock:
            self.acknowledged_at[node.name].append(now)
            for sent, verdict in zip(events, verdicts, strict=True):
                self.positions.setdefault(sent["id"], set()).add(verdict["position"])
        return True

    def read(self, node):
        client = Client(node, self.site.tls())
        while not self.is_over.is_set():
            answer = client.ask("GET", "/v1/figures?measure=persons&kind=arrest&group_by=month")
            if answer is not None and answer[0] == 200:
                self.read_at[node.name].append(time.monotonic())
            time.sleep(0.2)

    def acknowledged(self):
        with self.lock:
            return len(self.positions)

    def has_written_since(self, node, instant):
        with self.lock:
            times = self.acknowledged_at[node.name]
            return bool(times) and times[-1] > instant


def problem(body):
    try:
        return json.loads(body).get("title", "")
    except ValueError:
        return ""


def longest_pause(times, begin, end):
    """Returns the longest time between two that follow each other in a window, in seconds, and when it ended."""
    inside = [begin, *(at for at in times if begin < at < end), end]
    return max(((after - before, after) for before, after in zip(inside, inside[1:])), default=(0, end))
