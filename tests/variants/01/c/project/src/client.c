/* chat ping: one HTTP/1.0 request over a plain socket, ten seconds for everything. */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *format, ...) {
    va_list list;
    va_start(list, format);
    fputs("chat: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    exit(1);
}

static struct timespec began;

static int left(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long ms = 10000 - ((now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000);
    if (ms <= 0) fail("no answer within 10 seconds");
    return (int)ms;
}

static void await(int s, short events) {
    struct pollfd one = {.fd = s, .events = events};
    int n;
    while ((n = poll(&one, 1, left())) <= 0)
        if (n < 0 && errno != EINTR) fail("%s", strerror(errno));
}

int main(int argc, char **argv) {
    if (argc != 2 || strcmp(argv[1], "ping")) {
        fputs("usage: chat ping\n", stderr);
        return 2;
    }
    clock_gettime(CLOCK_MONOTONIC, &began);
    const char *url = getenv("SERVER_URL"), *prefix = "http://";
    if (!url || strncasecmp(url, prefix, 7)) fail("SERVER_URL must begin with http://");

    char authority[300], host[300], port[16] = "80";
    const char *path = url + 7 + strcspn(url + 7, "/");
    size_t length = path - (url + 7);
    if (length == 0 || length >= sizeof authority) fail("SERVER_URL names no host");
    memcpy(authority, url + 7, length);
    authority[length] = 0;
    strcpy(host, authority);
    char *colon = strrchr(host, ':');
    if (colon) {
        *colon++ = 0;
        long number = strtol(colon, 0, 10);
        if (!*colon || colon[strspn(colon, "0123456789")] || strlen(colon) > 6 || number < 1 || number > 65535)
            fail("no such port: %s", colon);
        snprintf(port, sizeof port, "%ld", number);
    }
    size_t path_length = strlen(path);
    while (path_length && path[path_length - 1] == '/') path_length--;

    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM}, *found;
    int problem = getaddrinfo(host, port, &wanted, &found);
    if (problem) fail("%s: %s", host, gai_strerror(problem));
    int s = -1;
    for (struct addrinfo *a = found; a; a = a->ai_next) {
        s = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (s < 0) continue;
        int error = 0;
        socklen_t size = sizeof error;
        if (connect(s, a->ai_addr, a->ai_addrlen) && errno != EINPROGRESS) error = errno;
        else { await(s, POLLOUT); getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &size); }
        if (!error) break;
        close(s);
        s = -1;
        errno = error;
    }
    if (s < 0) fail("cannot reach %s: %s", authority, strerror(errno));

    char *request;
    int n = asprintf(&request, "GET %.*s/ HTTP/1.0\r\nHost: %s\r\nAccept: */*\r\n\r\n", (int)path_length, path, authority);
    for (int done = 0; done < n; ) {
        await(s, POLLOUT);
        ssize_t k = send(s, request + done, n - done, MSG_NOSIGNAL);
        if (k < 0 && errno != EAGAIN && errno != EINTR) fail("the connection broke: %s", strerror(errno));
        if (k > 0) done += k;
    }

    char *answer = malloc(1), *body = 0;
    size_t have = 0, room = 0;
    long expected = -1;
    answer[0] = 0;
    while (!body || expected < 0 || have - (body - answer) < (size_t)expected) {
        if (have + 65536 > room) {
            size_t offset = body ? body - answer : 0;
            answer = realloc(answer, (room = room * 2 + 65536) + 1);
            if (!answer) fail("out of memory");
            if (body) body = answer + offset;
        }
        await(s, POLLIN);
        ssize_t k = recv(s, answer + have, room - have, 0);
        if (k < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (k < 0) fail("the connection broke: %s", strerror(errno));
        if (k == 0) break;
        have += k;
        answer[have] = 0;
        if (!body && (body = strstr(answer, "\r\n\r\n"))) {
            *body = 0;
            body += 4;
            for (char *line = strstr(answer, "\r\n"); line; line = strstr(line + 2, "\r\n"))
                if (!strncasecmp(line + 2, "Content-Length:", 15)) expected = atol(line + 17);
        }
    }
    int status = 0;
    if (!body || sscanf(answer, "HTTP/1.%*d %d", &status) != 1) fail("this is no HTTP answer");
    if (status >= 400) fail("the server answered %d", status);
    size_t size = have - (body - answer);
    if (expected >= 0 && size < (size_t)expected) fail("the answer broke off");
    if (expected >= 0 && size > (size_t)expected) size = expected;
    if (fwrite(body, 1, size, stdout) != size || fflush(stdout)) fail("cannot write: %s", strerror(errno));
    return 0;
}
