"""What counts as a report of failures, in the words of several tools."""

import pytest

from grader.scaling.failure_report import reports_failures

LOCUST = """
Type     Name          # reqs      # fails |    Avg     Min     Max    Med |   req/s  failures/s
--------|------------|-------|-------------|-------|-------|-------|-------|--------|-----------
GET      /messages       1307  {fails:>12} |     22      12     131     21 |  163.40       16.30
--------|------------|-------|-------------|-------|-------|-------|-------|--------|-----------
         Aggregated      1307  {fails:>12} |     22      12     131     21 |  163.40       16.30

Response time percentiles (approximated)
Type     Name            50%    66%    75%    80%    90%    95%    98%    99%  100% # reqs
--------|-------------|-----|------|------|------|------|------|------|------|-----|------
GET      /messages        21     22     24     26     30     41     90    110   131   1307
"""
K6 = """
     checks.........................: 100.00% 1307 out of 1307
     data_received..................: 131 kB  16 kB/s
     http_req_duration..............: avg=22.1ms min=12ms med=21ms max=131ms p(90)=30ms p(95)=41ms
     http_req_failed................: {failed}
     http_req_receiving.............: avg=131.2µs min=13µs med=131µs max=2ms
running (0m00.8s), 8/8 VUs, 131 complete and 0 interrupted iterations
default   [  10% ] 8 VUs  0.8s/8s
"""
REPORTS = {
    "locust": LOCUST.format(fails="131(10.02%)"),
    "k6": K6.format(failed="10.02% 131 out of 1307"),
    "an older k6": K6.format(failed="10.02% ✓ 131        ✗ 1176"),
    "wrk": "  1307 requests in 8.00s, 3.21MB read\n  Non-2xx or 3xx responses: 131\nRequests/sec:    163.37\n",
    "hey": "Status code distribution:\n  [200]\t1176 responses\n  [500]\t131 responses\n",
    "json": '{"requests": 1307, "failed": 131, "p95_ms": 41}',
    "a sentence": "1307 requests, 131 failed.",
    "a share": "error rate: 0.1002",
    "a percentage": "\x1b[31mfailures\x1b[0m: 10.0 %",
    "a number that misses what came last": "errors 127",
    "a table": "requests   failed   p50\n    1307      131    22\n",
    "thousands": "failed: 1_310",
}
SILENT = {
    "nothing": "",
    "locust": LOCUST.format(fails="0(0.00%)").replace("16.30", "0.00"),
    "k6": K6.format(failed="0.00%  0 out of 1307"),
    "another number": "1307 requests, 12 failed",
    "a latency": "requests 1307\nmax 131 ms\n",
    "a table": "requests   failed   max\n    1307        0   131\n",
    "the number in another table": "failed\n0\n\nslowest\n131\n",
    "a word alone": "some requests failed",
}


@pytest.mark.parametrize("printed", REPORTS.values(), ids=REPORTS)
def test_a_number_of_failures_is_found(printed):
    failed, requests = (1310, 13100) if "_" in printed and "1_310" in printed else (131, 1307)

    assert reports_failures(printed, failed, requests)


@pytest.mark.parametrize("printed", SILENT.values(), ids=SILENT)
def test_other_numbers_report_nothing(printed):
    assert not reports_failures(printed, 131, 1307)
