import argparse
import asyncio
import os
import re
import signal
import sqlite3
import sys

from chat.rows import Rows

REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP/1\.([0-9])\r?\n\Z")
REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
           413: "Content Too Large", 501: "Not Implemented", 503: "Service Unavailable"}


class Refused(Exception):
    pass


class Service:
    def __init__(self, rows):
        self.rows = rows
        self.idle = set()        # tasks of connections without a request under way
        self.busy = set()
        self.stopping = False

    async def in_thread(self, function):
        return await asyncio.get_running_loop().run_in_executor(self.rows.thread, function)

    async def connection(self, reader, writer):
        task = asyncio.current_task()
        try:
            again = True
            while again and not self.stopping:
                self.idle.add(task)
                try:
                    async with asyncio.timeout(60):
                        request = await self.read(reader)
                finally:
                    self.idle.discard(task)
                if request is None:
                    break
                self.busy.add(task)
                again = await self.respond(writer, *request)
                self.busy.discard(task)
        except Refused as refusal:
            self.write(writer, int(str(refusal)), b"refused\n", close=True)
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.busy.discard(task)
            try:
                await asyncio.wait_for(self.leave(reader, writer), 2)
            except (OSError, TimeoutError, asyncio.CancelledError):
                pass
            writer.close()

    async def leave(self, reader, writer):
        """Say goodbye and read what still comes: a reset could swallow the answer."""
        await writer.drain()
        if writer.can_write_eof() and not self.stopping:
            writer.write_eof()
            while await reader.read(65536):
                pass

    async def read(self, reader):
        try:
            line = await reader.readline()
            if not line:
                return None
            match = REQUEST_LINE.match(line)
            if not match:
                raise Refused(400)
            headers = {}
            while (line := await reader.readline()) not in (b"\r\n", b"\n"):
                name, colon, value = line.partition(b":")
                if not line.endswith(b"\n"):
                    return None
                if not colon or len(headers) > 100:
                    raise Refused(400)
                headers[name.strip().lower()] = value.strip()
        except ValueError:           # a line longer than the stream's limit
            raise Refused(400) from None
        length = headers.get(b"content-length", b"0")
        if b"transfer-encoding" in headers or not length.isdigit():
            raise Refused(501 if b"transfer-encoding" in headers and match[1] != b"GET" else 400)
        if int(length) > 65536:
            raise Refused(413)
        await reader.readexactly(int(length))
        wish = headers.get(b"connection", b"").lower()
        keep = b"close" not in wish and (match[3] != b"0" or b"keep-alive" in wish)
        return match[1], match[2], match[3] != b"0", keep

    async def respond(self, writer, method, target, chunks, keep):
        keep = keep and not self.stopping
        path = target.partition(b"?")[0]
        bare = method == b"HEAD"
        if path != b"/":
            self.write(writer, 404, b"no such page\n", bare, not keep)
        elif method != b"GET":
            self.write(writer, 405, b"only GET\n", bare, not keep, "Allow: GET\r\n")
        else:
            try:
                await self.in_thread(self.rows.add)
            except sqlite3.Error as error:
                print("database:", error, file=sys.stderr)
                self.write(writer, 503, b"no database\n", close=not keep)
            else:
                self.write(writer, 200, "chat läuft\n".encode(), close=not keep, chunked=chunks)
        await writer.drain()
        return keep

    @staticmethod
    def write(writer, status, body, bare=False, close=False, extra="", chunked=False):
        head = f"HTTP/1.1 {status} {REASONS[status]}\r\ncontent-type: text/plain;charset=UTF-8\r\n{extra}"
        head += "transfer-encoding: chunked\r\n" if chunked else f"content-length: {len(body)}\r\n"
        if close:
            head += "connection: close\r\n"
        if chunked:
            half = len(body) // 2
            body = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in (body[:half], body[half:], b""))
        writer.write(head.encode() + b"\r\n" + (b"" if bare else body))


async def main():
    options = argparse.ArgumentParser(prog="chat")
    options.add_argument("--port", type=int, required=True)
    port = options.parse_args().port
    rows = Rows(os.environ.get("DATABASE_URL", ""))
    service = Service(rows)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await service.in_thread(rows.open)
    server = await asyncio.start_server(service.connection, "127.0.0.1", port, backlog=128, limit=32768)
    await stop.wait()
    server.close()
    service.stopping = True
    for task in list(service.idle):
        task.cancel()
    for _ in range(50):
        if not service.busy:
            break
        await asyncio.sleep(0.1)
    if service.busy:
        os._exit(1)                  # still waiting for a lock: that row is not promised
    await service.in_thread(rows.close)


asyncio.run(main())
