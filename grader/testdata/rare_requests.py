"""Requests that are rare or odd: headers, targets and forms of a request over which services stumble."""

from __future__ import annotations

CALLERS = {
    "little": {"User-Agent": None, "Accept": None, "Connection": "keep-alive"},
    "browser": {
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language": "cs,en-GB;q=0.7,en;q=0.3",
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "Cookie": "theme=dark; session=; last=a=b",
        "Cache-Control": "no-cache",
    },
    "proxies": {
        "X-Forwarded-For": "203.0.113.7, 198.51.100.2",
        "X-Forwarded-Proto": "https, http",
        "Forwarded": 'for=203.0.113.7;proto=https, for="[2001:db8::2]:4711"',
        "Via": "1.1 tunnel, 1.1 front",
    },
}
"""The headers of a caller who says little, of a browser, and of a caller behind two proxies."""

ODD_HEADERS = {
    "forwarded-list": {
        "X-Forwarded-For": "203.0.113.7,198.51.100.2 , 192.0.2.9",
        "X-Real-IP": "203.0.113.7, 192.0.2.9",
    },
    "forwarded-word": {"X-Forwarded-For": "unknown", "X-Real-IP": "somewhere", "Forwarded": "for=_hidden"},
    "forwarded-port": {"X-Forwarded-For": "[2001:db8::7]:4711", "X-Forwarded-Port": "many"},
    "forwarded-empty": {"X-Forwarded-For": "", "X-Real-IP": "", "Forwarded": ""},
    "forwarded-host": {
        "X-Forwarded-Host": "a.example, b.example:x",
        "X-Forwarded-Proto": "ftp",
        "X-Forwarded-Prefix": "x",
    },
    "cookies": {"Cookie": '=; a; "b=c; session=%FF; n=; =='},
    "password": {"Authorization": "Basic !!!"},
    "password-of-bytes": {"Authorization": "Basic /////w=="},
    "no-password": {"Authorization": "Basic"},
    "bearer": {"Authorization": "Bearer a.b.c"},
    "empty-authorization": {"Authorization": ""},
    "languages": {"Accept-Language": "de;q=high, *-*, ,;", "Accept-Charset": "none;q=x"},
    "types": {"Accept": "text, */*;q=high, ;", "Accept-Encoding": "zstd;q=, identity;q=0, *;q=0"},
    "dates": {"If-Modified-Since": "yesterday", "If-Unmodified-Since": "Sat, 31 Feb 2026 25:00:00 GMT", "Date": "now"},
    "tags": {"If-None-Match": 'abc, W/, "', "If-Range": "x"},
    "range": {"Range": "bytes=9-1,-,x"},
    "huge-range": {"Range": "bytes=0-99999999999999999999999"},
    "referrer": {"Referer": "http://[no/address", "Origin": "null"},
    "beyond-ascii": {"User-Agent": "Žofie 🐎", "X-Name": "žluť"},
    "no-agent": {"User-Agent": ""},
    "long": {"User-Agent": "x" * 4000, "X-Request-ID": "y'" * 200},
    "many": {f"X-Number-{number}": "x" for number in range(60)},
    "letter-case": {"hOST": "example.test:80", "aCCEPT": "*/*", "x-fORWARDED-fOR": "me"},
    "method": {"X-HTTP-Method-Override": "BREW"},
    "traces": {
        "traceparent": "00-x",
        "tracestate": "=,=",
        "X-Request-Start": "t=now",
        "Max-Forwards": "x",
        "DNT": "no",
    },
    "body-type": {"Content-Type": "multipart/form-data", "Content-Language": "-"},
}
"""Headers that make little sense, or that few callers send. They may be ignored or refused."""

RARE_REQUESTS = {
    "http-1.0": b"GET / HTTP/1.0\r\n\r\n",
    "http-1.0-kept": b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "whole-address": b"GET http://127.0.0.1:5000/ HTTP/1.1\r\nHost: 127.0.0.1:5000\r\nConnection: close\r\n\r\n",
    "no-blanks": b"GET / HTTP/1.1\r\nHost:127.0.0.1\r\nX-Blank:\t a \t\r\nConnection:close\r\n\r\n",
    "repeated": (
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.7\r\nX-Forwarded-For: 198.51.100.2\r\n"
        b"Cookie: a=b\r\nCookie: a=c\r\nAccept: text/html\r\nAccept: */*\r\nUser-Agent: a\r\nUser-Agent: b\r\n"
        b"Connection: close\r\n\r\n"
    ),
    "body": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
    "body-in-chunks": (
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n"
    ),
    "post-without-length": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "post-in-chunks": (
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b"5\r\nhello\r\n0\r\n\r\n"
    ),
    "post-expecting": (
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n"
        b"Connection: close\r\n\r\nhello"
    ),
    "two-at-once": (
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    ),
}
"""Requests for `/` as bytes: written in a way that HTTP allows and few callers use. They may be refused."""

ODD_PATHS = {
    "euro": "/%E2%82%AC",
    "no-utf-8": "/%FF",
    "nul": "/%00",
    "escaped-slash": "/a%2Fb",
    "escaped-dots": "/%2e%2e/%2e%2e/service.toml",
    "line-break": "/a%0d%0ab",
    "percent": "/%",
    "escaped-percent": "/%25FF",
    "two-slashes": "//",
    "host-as-path": "//example.test/",
    "dots": "/..",
    "semicolon": "/;a=b",
    "star": "/*",
    "colon": "/a:b",
    "sql": "/'%20OR%20'1",
    "format": "/{0}%25s",
    "long": "/" + "x" * 3000,
    "long-query": "/?q=" + "x" * 6000,
    "repeated": "/?a=1&a=2&a",
    "brackets": "/?a[]=1&b[c]=2&=&&",
    "query-bytes": "/?%FF=%FE&%00=a",
}
"""Targets of a GET with odd characters, or of an odd length."""

BODY_HEADERS = {
    "in-chunks": {"Transfer-Encoding": "chunked"},
    "expecting": {"Expect": "100-continue"},
    "unknown-charset": {"Content-Type": "application/json; charset=nonsense"},
    "charset-of-bytes": {"Content-Type": "application/json; charset=base64"},
    "other-charset": {"Content-Type": "application/json; charset=utf-16"},
    "open-quotes": {"Content-Type": 'application/json; charset="utf'},
    "empty-charset": {"Content-Type": "application/json; charset="},
    "odd-parameters": {"Content-Type": "application/json;;=; q"},
    "capitals": {"Content-Type": "APPLICATION/JSON"},
    "form": {"Content-Type": "application/x-www-form-urlencoded; charset=nonsense"},
    "parts": {"Content-Type": "multipart/form-data"},
    "empty-parts": {"Content-Type": "multipart/form-data; boundary="},
    "parts-with-a-boundary": {"Content-Type": "multipart/form-data; boundary=x"},
    "xml": {"Content-Type": "text/xml"},
    "word": {"Content-Type": "json"},
    "no-type": {"Content-Type": None},
    "empty-type": {"Content-Type": ""},
    "gzip": {"Content-Encoding": "gzip"},
    "deflate": {"Content-Encoding": "deflate"},
    "unknown-encoding": {"Content-Encoding": "nonsense"},
    "digest": {"Content-MD5": "x", "Digest": "x", "Content-Digest": "x"},
    "unacceptable": {"Accept": "text/nothing", "Accept-Encoding": "identity;q=0"},
}
"""Headers that say something odd about a body, or how it comes. They may be ignored or refused."""

FAR_TIMES = [
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "1969-12-31T23:59:59.5Z",
    "2262-04-11T23:47:17Z",
    "9999-12-31T23:59:59.999999999Z",
    "9999-12-31T23:59:59-14:00",
    "10000-01-01T00:00:00Z",
    "-0001-01-01T00:00:00Z",
    "2026-12-31T23:59:60Z",
    "2026-01-02T03:04:05+99:99",
    "2026-01-02T03:04:05.1234567890123Z",
    "-1",
    "1e308",
    "1e400",
    "9" * 400,
    "9223372036854775808",
    "-62135596801",
    "nan",
    "-inf",
    "²",
    "２０２６-01-02T03:04:05Z",
    "2026-01-02T03:04:05Z\x00",
]
"""Values of `since` that are far away, endless or odd. A service may answer or refuse them."""
