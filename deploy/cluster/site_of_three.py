"""A cluster on this machine: three nats-servers and two nodes, with TLS and the accounts of an access file.

Start at `Site`. Never here: what is sent to it, and what is done to it (see trial.py).
"""

import json
import os
import pathlib
import secrets
import signal
import socket
import ssl
import subprocess
import time
import urllib.request

# How long a process may take to be there, in seconds.
START_WAIT = 60
ORGANISATION = "north-desk"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_certificates(folder):
    """Makes an authority of the site's own, and a certificate of this machine for brokers and nodes."""
    folder.mkdir(mode=0o700)
    for path, text in (
        ("authority.ext", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"),
        ("site.ext", "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n"),
    ):
        (folder / path).write_text(text)
    for name, subject in (("authority", "/CN=site authority"), ("site", "/CN=site")):
        openssl(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
        openssl(folder, "req", "-new", "-key", f"{name}.key", "-subj", subject, "-out", f"{name}.csr")
    openssl(folder, "x509", "-req", "-in", "authority.csr", "-signkey", "authority.key", "-days", "30",
            "-extfile", "authority.ext", "-out", "authority.pem")
    openssl(folder, "x509", "-req", "-in", "site.csr", "-CA", "authority.pem", "-CAkey", "authority.key",
            "-CAcreateserial", "-days", "30", "-extfile", "site.ext", "-out", "site.pem")
    for key in folder.glob("*.key"):
        key.chmod(0o600)


class Process:
    """A process of the site, which can be killed, paused, and started again."""

    def __init__(self, name):
        self.name = name
        self.process = None

    def send(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=START_WAIT)

    def pause(self):
        self.send(signal.SIGSTOP)

    def go_on(self):
        self.send(signal.SIGCONT)

    def is_there(self):
        return self.process is not None and self.process.poll() is None


class Broker(Process):
    """One nats-server of the three."""

    def __init__(self, site, number):
        super().__init__(f"nats-{number}")
        self.site = site
        self.port, self.monitor_port, self.route_port = free_port(), free_port(), free_port()

    def write_configuration(self, brokers):
        tls = site_tls(self.site.certificates)
        routes = ", ".join(f'"nats-route://127.0.0.1:{other.route_port}"' for other in brokers if other is not self)
        self.configuration = self.site.folder / f"{self.name}.conf"
        self.configuration.write_text(f"""server_name: {self.name}
listen: "127.0.0.1:{self.port}"
http: "127.0.0.1:{self.monitor_port}"
max_payload: 262144
write_deadline: "10s"
jetstream {{ store_dir: "{self.site.folder / self.name}", sync_interval: always, max_file_store: 8GB }}
tls {{ {tls} }}
cluster {{
  name: habeas
  listen: "127.0.0.1:{self.route_port}"
  routes: [ {routes} ]
  tls {{ {tls}, verify: true }}
}}
include "accounts.conf"
""")

    def start(self):
        log = open(self.site.folder / f"{self.name}.log", "ab")
        self.process = subprocess.Popen(
            [self.site.nats_server, "-c", self.configuration], stdout=log, stderr=log,
            env={**os.environ, "HABEAS_NATS_PASSWORD": self.site.password, "GOMEMLIMIT": "256MiB"})

    def monitored(self, path):
        """Returns what its monitoring port says; none where it says nothing."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.monitor_port}{path}", timeout=1) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def is_well(self):
        health = self.monitored("/healthz")
        return health is not None and health.get("status") == "ok"


def site_tls(certificates):
    return (f'cert_file: "{certificates / "site.pem"}", key_file: "{certificates / "site.key"}", '
            f'ca_file: "{certificates / "authority.pem"}"')


class Node(Process):
    """One `habeasd serve`."""

    def __init__(self, site, number, listen):
        super().__init__(f"node-{number}")
        self.site = site
        self.data = site.folder / self.name
        self.listen = listen
        self.address = None

    def start(self):
        """Starts it, and returns once it says that it is ready."""
        site = self.site
        log = open(site.folder / f"{self.name}.log", "ab")
        self.process = subprocess.Popen(
            [site.bin / "habeasd", "serve", "--data", self.data, "--listen", self.listen, "--replicas", "3",
             "--nats-ca", site.certificates / "authority.pem",
             "--tls-cert", site.certificates / "site.pem", "--tls-key", site.certificates / "site.key"],
            stdout=subprocess.PIPE, stderr=log, text=True,
            env={**os.environ, "HABEAS_NATS": site.nats_url(), "HABEAS_NATS_MONITOR": site.monitors(),
                 "HABEAS_LOG": os.environ.get("HABEAS_LOG", "info")})
        line = self.process.stdout.readline()
        if " answers" not in line:
            raise SystemExit(f"{self.name} does not start: {site.folder / (self.name + '.log')}")
        self.address = next(word for word in line.split() if word.startswith("https://"))
        self.listen = self.address.removeprefix("https://").rstrip("/")
        return line.strip()

    def token(self):
        return (self.data / "operator.token").read_text().strip()


class Site:
    """Three brokers and two nodes in a folder."""

    def __init__(self, folder, binaries, nats_server, listens):
        self.folder = pathlib.Path(folder).resolve()
        self.bin, self.nats_server = pathlib.Path(binaries).resolve(), pathlib.Path(nats_server).resolve()
        self.certificates = self.folder / "tls"
        self.brokers = [Broker(self, number) for number in (1, 2, 3)]
        self.nodes = [Node(self, number, listen) for number, listen in enumerate(listens, 1)]
        self.password = None

    def prepare(self):
        """Makes certificates, the access file and what the brokers go by, where they are not there yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if not self.certificates.exists():
            make_certificates(self.certificates)
        password = self.folder / "nats.password"
        if not password.exists():
            password.touch(mode=0o600)
            # A letter in front: what looks like a number would be one to nats-server.
            password.write_text("p" + secrets.token_hex(24))
        self.password = password.read_text().strip()
        first, second = (node.data for node in self.nodes)
        if not first.exists():
            first.mkdir(mode=0o700)
            self.habeas("org", "add", ORGANISATION, "--name", "North Desk (invented)", "--data", first)
            second.mkdir(mode=0o700)
            access = second / "access.toml"
            access.touch(mode=0o600)
            access.write_bytes((first / "access.toml").read_bytes())
        self.habeas("access", "nats", "--data", first, "--out", self.folder / "accounts.conf")
        for broker in self.brokers:
            broker.write_configuration(self.brokers)

    def habeas(self, *arguments):
        done = subprocess.run([self.bin / "habeas", *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"habeas {' '.join(map(str, arguments))}: {done.stderr}")
        return done.stdout

    def start(self):
        for broker in self.brokers:
            broker.start()
        self.wait("the brokers", lambda: all(broker.is_well() for broker in self.brokers))
        return [node.start() for node in self.nodes]

    def wait(self, what, is_so, at_most=START_WAIT):
        """Waits until something is so, and returns how long that took, in seconds."""
        began = time.monotonic()
        while not is_so():
            if time.monotonic() - began > at_most:
                raise SystemExit(f"{what}: not there after {at_most} s; logs are in {self.folder}")
            time.sleep(0.1)
        return time.monotonic() - began

    def nats_url(self):
        first, *others = (f"127.0.0.1:{broker.port}" for broker in self.brokers)
        return ",".join([f"tls://habeasd:{self.password}@{first}", *(f"tls://{other}" for other in others)])

    def monitors(self):
        return ",".join(f"http://127.0.0.1:{broker.monitor_port}" for broker in self.brokers)

    def tls(self):
        return ssl.create_default_context(cafile=self.certificates / "authority.pem")

    def stop(self):
        for one in [*self.nodes, *self.brokers]:
            if one.is_there():
                one.go_on()
                one.process.terminate()
        for one in [*self.nodes, *self.brokers]:
            if one.is_there():
                try:
                    one.process.wait(timeout=30)
                except subprocess.TimeoutExpired:
                    one.kill()
