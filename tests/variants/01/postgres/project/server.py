import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from database import Cluster, DatabaseError, end_on_signals


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def answer(self, status, body):
        body = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        if self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers:
            self.close_connection = True     # a body that nobody reads must not pass for a request
        # self.path would not do: the library makes one slash of several at its beginning.
        if self.requestline.split()[1].partition("?")[0] != "/":
            return self.answer(404, "no such page\n")
        if self.command == "HEAD":
            return self.answer(405, "")
        try:
            self.server.cluster.query("INSERT INTO visit DEFAULT VALUES")
        except (DatabaseError, OSError) as error:
            self.log_error("database: %s", error)
            return self.answer(503, "the database does not answer\n")
        self.answer(200, "Die Elefanten grüßen: 🐘\n")

    do_HEAD = do_GET

    def log_request(self, *args):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


end_on_signals()
cluster = Cluster.from_url(os.environ.get("DATABASE_URL", ""))
with cluster.running():
    server = Server(("127.0.0.1", int(os.environ["PORT"])), Handler)
    server.cluster = cluster
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    try:
        threading.Event().wait()
    finally:
        server.shutdown()
        server.server_close()
