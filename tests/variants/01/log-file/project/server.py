import json
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from visitlog import VisitLog

log = VisitLog(os.environ.get("DATABASE_URL", ""))


class Handler(BaseHTTPRequestHandler):
    timeout = 60

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        # self.path would not do: the library makes one slash of several at its beginning.
        target = self.requestline.split()[1]
        if target.partition("?")[0] != "/":
            return self.answer(404, {"error": "no such page"})
        try:
            log.append()
        except OSError as error:
            self.log_error("cannot write: %s", error)
            return self.answer(503, {"error": "cannot write"})
        self.answer(200, {"chat": True})

    def log_request(self, *args):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


host, _, port = sys.argv[1].rpartition(":")
stop = threading.Event()
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: stop.set())
server = Server((host, int(port)), Handler)
threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
stop.wait()
server.shutdown()
server.server_close()
