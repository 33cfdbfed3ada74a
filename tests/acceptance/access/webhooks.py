"""A receiver of webhooks on loopback: a line of JSON for each message, checked by Python's `standardwebhooks`.

What it answers, by the path: `/never` nothing; `/gone` 410; `/moved` a redirection; `/refuses` 500 for the position that
came first, until it is told `/mend`; `/twice` 500 at the first two tries of each message; others 204.
"""
import json, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SECRET = sys.argv[1]
tries, first, mended, lock = {}, {}, threading.Event(), threading.Lock()

class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def status(self, path, message):
        with lock:
            tries[path, message] = tries.get((path, message), 0) + 1
            first.setdefault(path, message)
        if path.startswith("/gone"):
            return 410
        if path.startswith("/moved"):
            return 307
        if path.startswith("/refuses") and message == first[path] and not mended.is_set():
            return 500
        if path.startswith("/twice") and tries[path, message] <= 2:
            return 503
        return 204

    def do_GET(self):
        if self.path == "/mend":
            mended.set()
        self.send_response(204)
        self.send_header("content-length", "0")
        self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        message = self.headers["webhook-id"]
        try:
            event = Webhook(SECRET).verify(body, dict(self.headers))
            changed = body.replace(b"habeas.", b"habeaz.", 1)
            try:
                Webhook(SECRET).verify(changed, dict(self.headers))
                verified = False
            except WebhookVerificationError:
                verified = True
        except WebhookVerificationError:
            event, verified = {}, False
        status = self.status(self.path, message)
        with lock:
            print(json.dumps({
                "path": self.path, "message": message, "status": status, "verified": verified,
                "position": int(self.headers["habeas-position"]), "media": self.headers["content-type"],
                "id": event.get("id"), "body": body.decode(),
            }), flush=True)
        if self.path.startswith("/never"):
            threading.Event().wait()
        self.send_response(status)
        if status == 307:
            self.send_header("location", "/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

class Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """A node that is killed leaves its connections: nothing to tell."""

server = Server(("127.0.0.1", 0), Receiver)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
