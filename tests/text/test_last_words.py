"""What is shown of a program's output: of a stack trace, the error and the learner's own lines."""

import time

import pytest

from grader.text.last_words import last_words, message

FLASK = """\
 * Running on http://127.0.0.1:5000
127.0.0.1 - - [28/Nov/2026 15:37:55] "GET / HTTP/1.1" 200 -
[2026-11-28 15:37:56,123] ERROR in app: Exception on / [GET]
Traceback (most recent call last):
  File "/src/.venv/lib/python3.11/site-packages/flask/app.py", line 1511, in wsgi_app
    response = self.full_dispatch_request()
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/src/server/home.py", line 7, in home
    store()
  File "/src/server/db.py", line 4, in store
    connection.execute("insert into x values (1)")
    ~~~~~~~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/sqlite3/dbapi2.py", line 3, in execute
    pass
sqlite3.OperationalError: no such table: x
127.0.0.1 - - [28/Nov/2026 15:37:56] "GET / HTTP/1.1" 500 -
"""
SQLALCHEMY = """\
Traceback (most recent call last):
  File "server.py", line 4, in store
    session.commit()
sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) database is locked
[SQL: INSERT INTO visit DEFAULT VALUES]
(Background on this error at: https://sqlalche.me/e/20/e3q8)
shutting down
"""
TYPING_MISTAKE = """\
  File "/src/server.py", line 3
    def f(:
          ^
SyntaxError: invalid syntax
"""
CHAINED = """\
Traceback (most recent call last):
  File "client.py", line 3, in get
    urlopen(url)
ConnectionRefusedError: [Errno 111] Connection refused

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "client.py", line 5, in get
    print(eror)
NameError: name 'eror' is not defined
"""
NODE = """\
listening on 5000
/src/client.js:1
function ping() { null.x }
                       ^

TypeError: Cannot read properties of null (reading 'x')
    at ping (/src/client.js:1:27)
    at Object.<anonymous> (/src/client.js:3:1)
    at express (/src/node_modules/express/lib/router.js:3:1)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at node:internal/main/run_main_module:28:49

Node.js v20.20.2
"""
NODE_CAUSE = """\
TypeError: fetch failed
    at node:internal/deps/undici/undici:14976:13
    at async file:///src/a.mjs:1:11 {
  [cause]: Error: connect ECONNREFUSED 127.0.0.1:9
      at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16) {
    errno: -111,
    code: 'ECONNREFUSED'
  }
}

Node.js v20.20.2
"""
RUBY = """\
127.0.0.1 - - [28/Nov/2026:15:37:55 +0000] "GET / HTTP/1.1" 200 2
/usr/lib/ruby/3.2.0/net/http.rb:1603:in `initialize': Failed to open TCP connection (Errno::ECONNREFUSED)
	from /usr/lib/ruby/3.2.0/net/http.rb:1603:in `open'
	from client/chat.rb:7:in `ping'
	from client/chat.rb:21:in `<main>'
"""
RUBY_34 = """\
chat.rb:1:in 'Integer#/': divided by 0 (ZeroDivisionError)

  1 / 0
    ^
	from chat.rb:9:in '<main>'
"""
SINATRA = """\
2026-11-28 15:37:55 - NoMethodError - undefined method `x' for nil:NilClass:
	server.rb:10:in `block in <main>'
	/var/lib/gems/3.1.0/gems/sinatra-3.0.5/lib/sinatra/base.rb:1706:in `call'
127.0.0.1 - - [28/Nov/2026:15:37:55 +0000] "GET / HTTP/1.1" 500 30 0.0030
"""
PHP = """\
PHP Warning:  something else in /src/db.php on line 3
PHP Fatal error:  Uncaught PDOException: database is locked in /src/db.php:12
Stack trace:
#0 /src/db.php(12): PDO->exec('INSERT INTO v...')
#1 /src/vendor/slim/slim/Slim/App.php(3): x()
#2 /src/index.php(7): Chat\\Db->visit()
#3 {main}
  thrown in /src/db.php on line 12
[Sat Nov 28 15:37:55 2026] 127.0.0.1:39402 [500]: GET /
[Sat Nov 28 15:37:55 2026] 127.0.0.1:39402 Closing
"""
GO = """\
2026/11/28 15:37:55 listening
2026/11/28 15:37:56 http: panic serving 127.0.0.1:52814: runtime error: index out of range [3]
goroutine 34 [running]:
net/http.(*conn).serve.func1()
	/usr/local/go/src/net/http/server.go:1854 +0xbf
panic({0x6b3d80, 0x8c9a30})
	/usr/local/go/src/runtime/panic.go:890 +0x263
main.(*Server).list(0x0, {0x7a5e58, 0xc0001640e0}, 0xc000162000)
	/src/chat/server.go:42 +0x1d
net/http.HandlerFunc.ServeHTTP(0x0?, {0x7a5e58?, 0xc0001640e0?}, 0x0?)
	/usr/local/go/src/net/http/server.go:2122 +0x2f
created by net/http.(*Server).Serve
	/usr/local/go/src/net/http/server.go:3102 +0x4db
"""
GO_MAIN = "panic: no server\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:7 +0x1d\nexit status 2\n"
JAVA = """\
Exception in thread "main" java.lang.RuntimeException: no server
	at chat.Client.ping(Client.java:14)
	at chat.Client.main(Client.java:7)
Caused by: java.net.ConnectException: Connection refused
	at java.base/sun.nio.ch.Net.connect0(Native Method)
	at java.base/java.net.Socket.<init>(Socket.java:287)
	... 2 more
"""
SPRING = """\
2026-11-28T15:37:55.123Z ERROR 1 --- [nio-8080-exec-1] o.a.c.c.C.[.[.[/] : Servlet.service() threw
org.sqlite.SQLiteException: [SQLITE_BUSY] The database file is locked
	at org.sqlite.core.DB.newSQLException(DB.java:1030) ~[sqlite-jdbc-3.36.jar!/:na]
	at chat.Store.visit(Store.java:31) ~[classes!/:na]
	at java.base/java.lang.Thread.run(Thread.java:833) ~[na:na]
"""
CUT = {
    "Flask": (
        FLASK,
        """\
sqlite3.OperationalError: no such table: x
  File "/src/server/home.py", line 7, in home
    store()
  File "/src/server/db.py", line 4, in store
    connection.execute("insert into x values (1)")""",
    ),
    "SQLAlchemy": (
        SQLALCHEMY,
        """\
sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) database is locked
[SQL: INSERT INTO visit DEFAULT VALUES]
(Background on this error at: https://sqlalche.me/e/20/e3q8)
  File "server.py", line 4, in store
    session.commit()
shutting down""",
    ),
    "a typing mistake": (TYPING_MISTAKE, 'SyntaxError: invalid syntax\n  File "/src/server.py", line 3\n    def f(:'),
    "the last of two": (
        CHAINED,
        "NameError: name 'eror' is not defined\n  File \"client.py\", line 5, in get\n    print(eror)",
    ),
    "Node": (
        NODE,
        """\
TypeError: Cannot read properties of null (reading 'x')
  at ping (/src/client.js:1:27)
  at Object.<anonymous> (/src/client.js:3:1)""",
    ),
    "Node, a cause": (
        NODE_CAUSE,
        """\
TypeError: fetch failed
[cause]: Error: connect ECONNREFUSED 127.0.0.1:9
  at async file:///src/a.mjs:1:11""",
    ),
    "Ruby": (
        RUBY,
        """\
Failed to open TCP connection (Errno::ECONNREFUSED)
  from client/chat.rb:7:in `ping'
  from client/chat.rb:21:in `<main>'""",
    ),
    "Ruby 3.4": (RUBY_34, "divided by 0 (ZeroDivisionError)\n  chat.rb:1:in 'Integer#/'\n  from chat.rb:9:in '<main>'"),
    "Sinatra": (SINATRA, f"{SINATRA.splitlines()[0]}\n  server.rb:10:in `block in <main>'"),
    "PHP": (
        PHP,
        """\
PHP Fatal error:  Uncaught PDOException: database is locked in /src/db.php:12
#0 /src/db.php(12): PDO->exec('INSERT INTO v...')
#2 /src/index.php(7): Chat\\Db->visit()""",
    ),
    "Go": (
        GO,
        """\
2026/11/28 15:37:56 http: panic serving 127.0.0.1:52814: runtime error: index out of range [3]
main.(*Server).list(0x0, {0x7a5e58, 0xc0001640e0}, 0xc000162000)
  /src/chat/server.go:42""",
    ),
    "Go, main": (GO_MAIN, "panic: no server\nmain.main()\n  /src/main.go:7"),
    "Java": (
        JAVA,
        """\
Exception in thread "main" java.lang.RuntimeException: no server
Caused by: java.net.ConnectException: Connection refused
  at chat.Client.ping(Client.java:14)
  at chat.Client.main(Client.java:7)""",
    ),
    "Spring": (
        SPRING,
        """\
org.sqlite.SQLiteException: [SQLITE_BUSY] The database file is locked
  at chat.Store.visit(Store.java:31)""",
    ),
}


@pytest.mark.parametrize("name", CUT)
def test_of_a_stack_trace_the_error_and_the_own_lines_are_shown(name):
    printed, shown = CUT[name]

    assert [line.strip() for line in last_words(printed).splitlines()] == [line.strip() for line in shown.splitlines()]
    assert message(printed) == shown.splitlines()[0]


def test_what_comes_after_a_stack_trace_is_shown_after_it():
    assert last_words(NODE + "server: ending\n").splitlines()[-1] == "server: ending"


def test_where_no_frame_is_the_learners_own_the_nearest_are_shown():
    inside = NODE.replace("/src/client.js", "node:internal/client")

    assert last_words(inside).splitlines()[1:] == [
        "  at ping (node:internal/client:1:27)",
        "  at Object.<anonymous> (node:internal/client:3:1)",
    ]


def test_of_many_own_frames_those_nearest_to_the_error_are_shown():
    frames = "".join(f'  File "a.py", line {line}, in f\n    f({line})\n' for line in range(20))

    found = last_words(f"Traceback (most recent call last):\n{frames}RecursionError: too deep\n").splitlines()

    assert len(found) == 12
    assert (found[0], found[-1]) == ("RecursionError: too deep", '  File "a.py", line 19, in f')


def test_colours_are_left_out():
    assert last_words("\x1b[1;31mNo server.\x1b[0m\n") == "No server."
    assert last_words(
        '\x1b[1mTraceback\x1b[0m (most recent call last):\n  \x1b[35mFile "a.py", line 1\x1b[0m\nKeyError: 1'
    ) == ('KeyError: 1\n  File "a.py", line 1')


@pytest.mark.parametrize(
    "line",
    [
        '127.0.0.1 - - [28/Nov/2026 15:37:55] "GET / HTTP/1.1" 200 -',
        '127.0.0.1 - - [28/Nov/2026:15:37:55 +0000] "POST /messages HTTP/1.1" 500 290 "-" "python-requests/2.32"',
        'INFO:     127.0.0.1:39402 - "GET /messages?limit=3 HTTP/1.1" 404 Not Found',
        '::1 - - [28/Nov/2026:15:37:55 +0000] "GET /" 200 13',
        "GET / 200 3.215 ms - 13",
        '[GIN] 2026/11/28 - 15:37:55 | 200 |     214.3us |       127.0.0.1 | GET      "/"',
        "[Sat Nov 28 15:37:55 2026] 127.0.0.1:39402 [200]: GET /",
        "[Sat Nov 28 15:37:55 2026] 127.0.0.1:39402 Accepted",
        'Started GET "/messages" for 127.0.0.1 at 2026-11-28 15:37:55 +0000',
    ],
)
def test_an_access_log_is_left_out(line):
    assert last_words(f"There is no table.\n{line}\n") == "There is no table."


def test_without_a_stack_trace_the_last_lines_are_shown():
    assert last_words("\n".join(f"line {number}\n" for number in range(30)), 2) == "line 28\nline 29"
    assert last_words("") == ""
    assert message("one\ntwo") == "one\ntwo"


def test_of_a_long_line_the_end_is_shown_and_of_a_long_error_the_begin():
    assert last_words("x" * 500 + "the end") == "…" + "x" * 393 + "the end"
    assert last_words(NODE.replace("TypeError: ", "TypeError: " + "x" * 500)).startswith("TypeError: xxx")


@pytest.mark.parametrize(
    "text", ["\n" * 65536, "(" * 65536, "\n at " + "(" * 65530, "\tat a.b(C.java:1)\n" * 6000, 'File "' * 10000]
)
def test_cutting_takes_no_time(text):
    began = time.monotonic()

    last_words(text)

    assert time.monotonic() - began < 2
