"""Real stack traces of many languages, and sentences for people that are none."""

TRACES = {
    "Python": 'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\nZeroDivisionError: x',
    "Python, a typing mistake": '  File "/src/client.py", line 3\n    def f(\n         ^\nSyntaxError: oh no',
    "Python, in colours": '\x1b[1mTraceback (most recent call last):\x1b[0m\n  File "x.py", line 1\nKeyError: 1',
    "Python, a group": (
        "  + Exception Group Traceback (most recent call last):\n"
        '  |   File "/src/chat.py", line 3, in <module>\n'
        "  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)\n"
    ),
    "Java": 'Exception in thread "main" java.net.ConnectException\n\tat java.base/sun.nio.ch.Net.poll(Native)',
    "Java, logged": "refused\n\tat com.example.Client.main(Client.java:14)",
    "Java, a cause": "chat\nCaused by: java.net.ConnectException: Connection refused\n\t... 3 more",
    "Java, native": "refused\n\tat java.base/sun.nio.ch.Net.connect0(Native Method)",
    "Java, no source": "refused\n\tat com.example.Client.<init>(Unknown Source)",
    "Kotlin": "refused\n\tat chat.ClientKt.ping(Client.kt:14)\n\tat chat.ClientKt$main$1.invokeSuspend(Client.kt:3)",
    "Kotlin, native": "Uncaught Kotlin exception: kotlin.IllegalStateException: refused\n    at 0   chat.kexe   0x21",
    "Scala": "refused\n\tat chat.Client$.main(Client.scala:7)",
    "Clojure": (
        "Execution error (ConnectException) at java.net.PlainSocketImpl/socketConnect (PlainSocketImpl.java:-2).\n"
        "Connection refused\n\nFull report at:\n/tmp/clojure-7164.edn"
    ),
    "Clojure, a typing mistake": "Syntax error compiling at (chat.clj:3:1).\nUnable to resolve symbol: pung",
    "C#": "Unhandled exception. System.Exception: x\n   at Chat.Program.Main(String[] args) in /src/Program.cs:line 5",
    "C#, without files": (
        "refused\n   at System.Net.Http.HttpConnectionPool.ConnectToTcpHostAsync(String host, Int32 port)\n"
        "   at Chat.Program.<Main>$(String[] args)"
    ),
    "C#, nothing but the head": "Unhandled exception. System.Net.Http.HttpRequestException: Connection refused",
    "JavaScript": "Error: x\n    at Object.<anonymous> (/src/chat.js:3:9)",
    "JavaScript, module": "Error: x\n    at async file:///src/chat.mjs:3:9",
    "JavaScript, internal": "Error: x\n    at node:internal/main/run_main_module:23:47",
    "JavaScript, without an ending": "Error: x\n    at main (/src/bin/chat:3:9)",
    "JavaScript, with members": "Error: x\n    at ping (/src/my chat/chat.js:3:9) {\n  errno: -111\n}",
    "JavaScript, at once": "Error: x\n    at async Promise.all (index 0)",
    "JavaScript, only its end": "[object Object]\n\nNode.js v20.11.1",
    "TypeScript": "Error: x\n    at ping (/src/chat.ts:3:9)",
    "Deno": "error: Uncaught (in promise) TypeError: x\n    at file:///src/chat.ts:3:9",
    "Rust": "thread 'main' panicked at src/main.rs:4:5:\nrefused",
    "Rust, before 1.73": "thread 'main' panicked at 'refused', src/main.rs:4:5",
    "Rust, since 1.89": "thread 'main' (21087) panicked at src/main.rs:4:5:\nrefused",
    "Rust, a worker": "thread 'tokio-runtime-worker' panicked at src/main.rs:4:5:\nrefused",
    "Go": "panic: x\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:7 +0x1d\nexit status 2",
    "Go, waiting": "fatal error: all goroutines are asleep!\n\ngoroutine 1 [chan receive, 2 minutes]:\nmain.main()",
    "Ruby": "chat.rb:3:in `connect': refused (Errno::ECONNREFUSED)",
    "Ruby 3.4": "chat.rb:3:in 'Chat#connect': refused (Errno::ECONNREFUSED)\n\tfrom chat.rb:9:in '<main>'",
    "Ruby, without an ending": "bin/chat:3:in `<main>': refused (RuntimeError)",
    "Perl": "refused at chat.pl line 4.\n\tmain::ping() called at chat.pl line 9",
    "PHP": "PHP Fatal error:  Uncaught Exception: x in /src/chat.php:3\nStack trace:\n#0 {main}",
    "PHP, logged": "refused in /src/chat.php:3\n#0 /src/chat.php(7): ping('/')\n#1 {main}\n  thrown",
    "Elixir": "** (RuntimeError) refused\n    chat.exs:3: (file)",
    "Elixir, a release": "** (Req.TransportError) connection refused\n    (req 0.5.0) lib/req.ex:1092: Req.request!/2",
    "Elixir, Erlang below": "refused\n    (stdlib 5.1.1) erl_eval.erl:750: :erl_eval.do_apply/7",
    "Elixir, an exit": "** (exit) exited in: GenServer.call(Chat, :ping, 5000)\n    ** (EXIT) time out",
    "Erlang": (
        "escript: exception error: no match of right hand side value {error,econnrefused}\n"
        "  in function  chat:main/1 (chat.erl, line 3)\n  in call from escript:run/2 (escript.erl, line 747)"
    ),
    "Erlang, a crash": "Crash dump is being written to: erl_crash.dump...done",
    "Erlang, a report": "=CRASH REPORT==== 28-Nov-2026::15:37:55.123456 ===\n  crasher:\n    initial call: chat:main/1",
    "Dart": (
        "Unhandled exception:\nSocketException: Connection refused\n"
        "#0      main (file:///src/chat.dart:3:5)\n"
        "#1      _startIsolate.<anonymous closure> (dart:isolate-patch/isolate_patch.dart:300:19)"
    ),
    "Swift": "Swift/ErrorType.swift:200: Fatal error: Error raised at top level: Error Domain=NSURL Code=-1004",
    "Swift, 5.3": "Fatal error: Error raised at top level: chat.Refused: file Swift/ErrorType.swift, line 200",
    "Swift, an index": "chat/main.swift:3: Fatal error: Index out of range",
    "Swift, a backtrace": '*** Signal 4: Backtracing from 0x7fb7a36f8d71... done ***\n\nThread 0 "chat" crashed:\n',
    "Lua": "lua: chat.lua:3: refused\nstack traceback:\n\t[C]: in function 'error'\n\tchat.lua:3: in main chunk",
    "Haskell": "chat: refused\nCallStack (from HasCallStack):\n  error, called at chat.hs:3:8 in main:Main",
    "Haskell, 9.12": "chat: Uncaught exception\nHasCallStack backtrace:\n  throwIO, called at chat.hs:3:8 in main:Main",
    "Crystal": (
        "Unhandled exception: Error connecting to 'localhost:1': Connection refused (Socket::ConnectError)\n"
        "  from /usr/share/crystal/src/socket/addrinfo.cr:80:11 in 'connect'\n  from chat.cr:3:1 in '__crystal_main'"
    ),
    "OCaml": 'Fatal error: exception Failure("refused")\nRaised at Stdlib.failwith in file "stdlib.ml", line 29',
    "Julia": "ERROR: LoadError: refused\nStacktrace:\n [1] error(s::String)\n   @ Base ./error.jl:35",
    "Zig": "error: ConnectionRefused\n/src/chat.zig:3:5: 0x1034a in main (chat)",
    "Nim": "Traceback (most recent call last)\nchat.nim(3) chat\nError: unhandled exception: refused [OSError]",
    "C++": "terminate called after throwing an instance of 'std::runtime_error'\n  what():  refused",
    "C": "Segmentation fault (core dumped)",
}

COMPLAINTS = [
    "chat: nobody listens at /run/chat.sock",
    "chat: got 404 for GET at /",
    "cannot reach the server\n    at http://127.0.0.1:5000 (connection refused)",
    "cannot reach the server\n\tat 127.0.0.1:5000",
    "No route to host at chat.pl line 4.",
    "Error: connect ECONNREFUSED 127.0.0.1:5000",
    "error: the answer was 500, see the stack trace on the server",
    "Is there a server at all?\n at least nobody answered (timeout)",
    # times
    "http://127.0.0.1:9/ did not answer.\n  at 2026-11-28 15:37:55",
    "  at 15:37:55",
    "\tat 2026-11-28T15:37:55",
    "  at 15:37:55 (local time)",
    "  at the server (15:37:55)",
    "  at the server (since 15:37:55)",
    "  at 28/Nov/2026:15:37:55",
    "15:37:55 chat: no answer",
    '2026/11/28 15:37:55 Get "http://127.0.0.1:9/": dial tcp 127.0.0.1:9: connect: connection refused',
    "[2026-11-28 15:37:55,123] ERROR in client: no answer",
    # files, lines and numbers
    "error at line 3",
    "error in client.py, line 12",
    "client.py:12: no answer",
    "see /src/client.py:12:5",
    "in chat.toml, line 3, column 7: not a URL",
    "SERVER_URL (chat.env:3:12) is no URL",
    'File "chat.toml" can\'t be read',
    "line 3:in the middle of a word",
    "#1 of 3 servers did not answer",
    "#0 {127.0.0.1} (refused)",
    "[1] no answer\n[2] no answer",
    # addresses
    "  at http://localhost:5000:12",
    "  at http://[::1]:5000/messages",
    "  at [2001:db8::7:1]:5000",
    "  at chat.example.test(127.0.0.1)",
    "   at chat.example.com (port 80)",
    "dial tcp [::1]:5000: connect: connection refused",
    # words that traces have, too
    "the server panicked at the first request",
    "panic: nobody listens",
    "Fatal error: no server at http://127.0.0.1:9",
    "fatal error: connection refused",
    "error: Connection refused (os error 111)",
    "Error: error sending request\n\nCaused by:\n    0: client error (Connect)\n    1: refused",
    "Caused by: a server that is not running",
    "** no answer from http://127.0.0.1:9/ **",
    "** (Mix) the server did not answer",
    "Unhandled exception: the server said 500",
    "exception: ConnectException",
    "System.Net.Http.HttpRequestException: Connection refused (127.0.0.1:9)",
    "chat: Network.Socket.connect: <socket: 11>: does not exist (Connection refused)",
    "java.net.ConnectException: Connection refused",
    "Errno::ECONNREFUSED: Failed to open TCP connection to 127.0.0.1:9",
    "stack trace: set CHAT_DEBUG=1 to see it",
    "the call came from `list' and in 'show'",
    "Trace id: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "thread 'random' is unknown to the server",
    "Thread 7 crashed: the server answered 500",
]
