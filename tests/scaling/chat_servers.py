"""Small chat servers of three builds, each with a known capacity: four requests at once, 20 ms each.

They keep the messages in memory. The habits are honest ones and mistakes: `bounded` refuses what would wait too long,
`endless` lets everybody wait, `timid` takes one request at a time, `stingy` takes 10 requests a second, `silent`
refuses without saying when to come back, `leaking` keeps half a megabyte of every request that it refuses.
"""

from __future__ import annotations

COMMON = """
import itertools, json, os, socket, sys, threading, time
HABIT = sys.argv[1]
PORT = int(os.environ["PORT"])
AT_ONCE, TAKES, INSIDE = 4, 0.02, 12
MOST = {"bounded": INSIDE, "silent": INSIDE, "leaking": INSIDE, "stingy": INSIDE, "timid": 1}.get(HABIT, 10**9)
kept, leak, ids = [], [], itertools.count(1)
second = [0, 0]

def is_too_much(inside):
    now = int(time.monotonic())
    if second[0] != now:
        second[:] = [now, 0]
    second[1] += 1
    return inside >= MOST or (HABIT == "stingy" and second[1] > 10)

def refusal():
    if HABIT == "leaking":
        leak.append(b"x" * (1024 * 512) + str(len(leak)).encode())
    more = "" if HABIT == "silent" else "Retry-After: 1\\r\\n"
    return 503, {"error": "Too many requests."}, more

def work(method, path, body):
    if method == "POST" and "text" not in json.loads(body):
        return 400, {"error": "There is no text."}, ""
    if method == "POST":
        message = {"id": next(ids), "text": json.loads(body)["text"]}
        kept.insert(0, message)
        return 201, message, ""
    return 200, {"messages": kept[:20], "next": None}, ""

def written(status, found, more):
    body = json.dumps(found).encode()
    head = f"HTTP/1.1 {status} X\\r\\nContent-Type: application/json\\r\\nContent-Length: {len(body)}\\r\\n{more}\\r\\n"
    return head.encode() + body

def length_of(head):
    for line in head.lower().split(b"\\r\\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
"""

THREADED = (
    COMMON
    + """
inside, counting, workers = [0], threading.Lock(), threading.Semaphore(AT_ONCE)

def serve(connection):
    stream = connection.makefile("rb")
    while line := stream.readline():
        head = line
        while (more := stream.readline()) not in (b"\\r\\n", b""):
            head += more
        body = stream.read(length_of(head))
        method, path, _ = line.decode().split()
        with counting:
            full = is_too_much(inside[0])
            inside[0] += not full
        if full:
            connection.sendall(written(*refusal()))
            continue
        try:
            with workers:
                time.sleep(TAKES)
                answer = work(method, path, body)
        finally:
            with counting:
                inside[0] -= 1
        connection.sendall(written(*answer))
    connection.close()

listener = socket.create_server(("127.0.0.1", PORT), backlog=512)
while True:
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
"""
)

PREFORK = (
    COMMON
    + """
import contextlib, select
listener = socket.create_server(("127.0.0.1", PORT), backlog=512)
listener.setblocking(False)
for _ in range(AT_ONCE - 1):
    if os.fork() == 0:
        break

def read(connection):
    connection.settimeout(5)
    data = b""
    while b"\\r\\n\\r\\n" not in data:
        data += receive(connection)
    head, _, body = data.partition(b"\\r\\n\\r\\n")
    while len(body) < length_of(head):
        body += receive(connection)
    method, path, _ = head.split(b"\\r\\n")[0].decode().split()
    return method, path, body

def receive(connection):
    data = connection.recv(65536)
    if not data:
        raise ConnectionError
    return data

waiting = []
while True:
    if not waiting:
        select.select([listener], [], [])
    while True:
        try:
            waiting.append(listener.accept()[0])
        except OSError:
            break
        if len(waiting) >= 40:
            break
    while waiting and (len(waiting) > INSIDE // AT_ONCE and HABIT != "endless"):
        with waiting.pop() as refused, contextlib.suppress(OSError):
            read(refused)
            status, found, more = refusal()
            refused.sendall(written(status, found, more + "Connection: close\\r\\n"))
    if waiting:
        with waiting.pop(0) as connection, contextlib.suppress(OSError):
            method, path, body = read(connection)
            time.sleep(TAKES)
            status, found, more = work(method, path, body)
            connection.sendall(written(status, found, more + "Connection: close\\r\\n"))
"""
)

ASYNCHRONOUS = (
    COMMON
    + """
import asyncio
inside = [0]

async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            body = await reader.readexactly(length_of(head))
            method, path, _ = head.split(b"\\r\\n")[0].decode().split()
            if is_too_much(inside[0]):
                writer.write(written(*refusal()))
                continue
            inside[0] += 1
            try:
                async with workers:
                    await asyncio.sleep(TAKES)
                    answer = work(method, path, body)
            finally:
                inside[0] -= 1
            writer.write(written(*answer))
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()

async def main():
    global workers
    workers = asyncio.Semaphore(AT_ONCE)
    server = await asyncio.start_server(serve, "127.0.0.1", PORT, backlog=512)
    await server.serve_forever()

asyncio.run(main())
"""
)

BUILDS = {"threaded": THREADED, "prefork": PREFORK, "asynchronous": ASYNCHRONOUS}
