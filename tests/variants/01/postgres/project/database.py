"""A PostgreSQL cluster in one folder, and just enough of its protocol to ask it something.

The cluster listens on a unix socket inside its folder and nowhere else. The folder is
always named through a file descriptor (/proc/self/fd/N): a unix socket's path may have
107 bytes only, and PostgreSQL refuses to run as root, so that it may have to run as a
user who may not walk along the whole path.
"""
import contextlib
import fcntl
import glob
import json
import os
import pwd
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from urllib.parse import parse_qs, urlsplit

USER = "chat"
SCHEMA = "CREATE TABLE visit (id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"
SETTINGS = {
    "listen_addresses": "", "unix_socket_directories": ".", "unix_socket_permissions": "0700",
    "dynamic_shared_memory_type": "mmap", "shared_buffers": "16MB", "max_connections": "60",
    "fsync": "off", "full_page_writes": "off", "autovacuum": "off", "max_wal_senders": "0",
    "wal_level": "minimal", "jit": "off", "log_min_messages": "fatal",
}


class DatabaseError(Exception):
    pass


def program(name):
    def version(path):
        return [int(n) for n in re.findall(r"\d+", path)]
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=version)
    path = found[-1] if found else shutil.which(name)
    if not path:
        raise SystemExit(f"PostgreSQL's {name} is not installed")
    return path


def other_user():
    """Whom PostgreSQL runs as, or None for whoever we are."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    raise SystemExit("PostgreSQL does not run as root, and there is no user postgres or nobody")


class Connection:
    """Protocol version 3, simple queries, text results."""

    def __init__(self, path, name):
        self.socket = socket.socket(socket.AF_UNIX)
        try:
            self.socket.settimeout(30)
            self.socket.connect(path)
            self.stream = self.socket.makefile("rb")
            start = b"".join(w.encode() + b"\0" for w in ("user", USER, "database", name)) + b"\0"
            self.socket.sendall(struct.pack("!ii", len(start) + 8, 196608) + start)
            self._until_ready()
        except BaseException:
            self.socket.close()
            raise

    def _until_ready(self):
        rows, problem = [], None
        while True:
            head = self.stream.read(5)
            if len(head) < 5:
                raise ConnectionResetError(problem or "the database closed the connection")
            kind, size = struct.unpack("!ci", head)
            data = self.stream.read(size - 4)
            if kind == b"E":
                problem = " ".join(part[1:].decode() for part in data.split(b"\0") if part[:1] in b"CM" and part)
            elif kind == b"R" and struct.unpack_from("!i", data)[0] != 0:
                raise DatabaseError("the database wants a password")
            elif kind == b"D":
                row, at = [], 2
                for _ in range(struct.unpack_from("!h", data)[0]):
                    length = struct.unpack_from("!i", data, at)[0]
                    at += 4
                    row.append(None if length < 0 else data[at:at + length].decode())
                    at += max(length, 0)
                rows.append(row)
            elif kind == b"Z":
                if problem:
                    raise DatabaseError(problem)
                return rows

    def query(self, sql):
        text = sql.encode() + b"\0"
        self.socket.sendall(struct.pack("!ci", b"Q", len(text) + 4) + text)
        return self._until_ready()

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.sendall(struct.pack("!ci", b"X", 4))
        self.socket.close()


class Cluster:
    def __init__(self, folder, name="postgres"):
        self.folder = os.path.abspath(folder)
        self.name = name
        self.process = None
        self.closed = False
        self.mine = threading.Lock()     # guards the two above against the threads of a server

    @classmethod
    def from_url(cls, url):
        parts = urlsplit(url)
        folder = parse_qs(parts.query).get("cluster", [""])[0]
        if parts.scheme != "postgresql" or not folder:
            raise SystemExit("DATABASE_URL must be postgresql:///NAME?cluster=FOLDER")
        return cls(folder, parts.path.strip("/") or "postgres")

    @contextlib.contextmanager
    def _lock(self, name, how=fcntl.LOCK_NB):
        """The descriptor of a locked file beside the folder, or None where another has it."""
        with open(f"{self.folder}.{name}", "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | how)
            except BlockingIOError:
                yield None
            else:
                yield file.fileno()

    @contextlib.contextmanager
    def _descriptor(self, folder):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _popen(self, descriptors, argv, **more):
        user = other_user()
        if user:
            more.update(user=user.pw_uid, group=user.pw_gid, extra_groups=[])
        return subprocess.Popen(argv, cwd="/", pass_fds=descriptors, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, **more)

    def exists(self):
        return os.path.exists(os.path.join(self.folder, "PG_VERSION"))

    def create(self):
        with self._lock("create", how=0):
            if self.exists():
                return
            new = self.folder + ".new"
            shutil.rmtree(new, ignore_errors=True)
            os.mkdir(new, 0o700)
            user = other_user()
            if user:
                os.chown(new, user.pw_uid, user.pw_gid)
            with self._descriptor(new) as n:
                made = self._popen([n], [program("initdb"), "-D", f"/proc/self/fd/{n}", "-U", USER, "-A", "trust",
                                         "-E", "UTF8", "--no-locale", "--no-sync", "--wal-segsize=1"])
                try:
                    status = made.wait()
                finally:
                    if made.poll() is None:
                        made.terminate()
                        made.wait()
                if status:
                    raise SystemExit("initdb failed")
            with Cluster(new, self.name).running() as fresh:
                fresh.query(SCHEMA)
            os.rename(new, self.folder)

    def connect(self):
        with self._descriptor(self.folder) as n:
            return Connection(f"/proc/self/fd/{n}/.s.PGSQL.5432", self.name)

    def answers(self):
        try:
            self.connect().close()
        except (OSError, DatabaseError):
            return False
        return True

    def _give_back(self):
        """A copy that root made belongs to root; PostgreSQL wants its folder to be its own."""
        user = other_user()
        if user and os.stat(self.folder).st_uid != user.pw_uid:
            for where, folders, files in os.walk(self.folder):
                for name in [".", *files]:
                    os.lchown(os.path.join(where, name), user.pw_uid, user.pw_gid)

    def start(self):
        """Start the cluster if nobody else has; whoever started it stops it."""
        end = time.monotonic() + 40
        with self.mine:
            while True:
                if self.closed:
                    raise DatabaseError("the service is stopping")
                if self.answers():
                    return
                if self.process and self.process.poll():
                    raise DatabaseError(f"postgres ended with status {self.process.returncode}")
                if time.monotonic() > end:
                    raise DatabaseError("postgres does not answer")
                self._launch()
                time.sleep(0.05)

    def _launch(self):
        """Start postgres, unless some process of this cluster still lives.

        They all inherit the lock, and it ends with the last of them. So whoever gets it knows that
        a postmaster.pid is a dead one's; PostgreSQL itself only asks whether that number is in use.
        """
        with self._lock("alive") as lock:
            if lock is None:
                return
            self._give_back()
            for name in ("postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(os.path.join(self.folder, name))
            with self._descriptor(self.folder) as n:
                settings = [f"--{key}={value}" for key, value in SETTINGS.items()]
                # No signal may come between the start and our knowing of it (postgres sets its own mask).
                before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
                try:
                    self.process = self._popen([n, lock], [program("postgres"), "-D", f"/proc/self/fd/{n}", *settings])
                finally:
                    signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def stop(self):
        self.closed = True
        with self.mine:
            process, self.process = self.process, None
        if process is None:
            return
        for number, patience in ((signal.SIGTERM, 2), (signal.SIGINT, 4), (signal.SIGQUIT, 1), (signal.SIGKILL, 1)):
            if process.poll() is not None:
                break
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)

    @contextlib.contextmanager
    def running(self):
        try:
            self.start()
            yield self
        finally:
            self.stop()

    def query(self, sql):
        for attempt in range(5):
            try:
                connection = self.connect()
            except (OSError, DatabaseError):
                if attempt == 4:
                    raise
                self.start()         # another server may have stopped the cluster that it had started
                continue
            try:
                return connection.query(sql)
            finally:
                connection.close()

    def counts(self):
        if not self.exists():
            return {}
        with self.running():
            tables = self.query("SELECT schemaname, tablename FROM pg_tables"
                                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
            return {table: int(self.query(f'SELECT count(*) FROM "{schema}"."{table}"')[0][0])
                    for schema, table in tables}


def end_on_signals():
    """SIGTERM becomes SystemExit, so that `finally` stops what was started."""
    def leave(number, frame):
        signal.signal(number, signal.SIG_IGN)
        raise SystemExit(0)
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)


if __name__ == "__main__":
    end_on_signals()
    if sys.argv[1:2] == ["migrate"] and len(sys.argv) == 3:
        Cluster(sys.argv[2]).create()
    elif sys.argv[1:] == ["count"]:
        print(json.dumps(Cluster.from_url(os.environ.get("DATABASE_URL", "")).counts()))
    else:
        sys.exit("usage: database.py migrate FOLDER | count")
