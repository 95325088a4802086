/* A thread per connection, one SQLite connection behind a mutex. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* As much of sqlite3.h as is needed: the header may not be installed. */
typedef struct sqlite3 sqlite3;
static int (*db_open)(const char *, sqlite3 **);
static int (*db_exec)(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);
static int (*db_timeout)(sqlite3 *, int);
static const char *(*db_errmsg)(sqlite3 *);

static sqlite3 *db;
static pthread_mutex_t db_mutex = PTHREAD_MUTEX_INITIALIZER;
static atomic_int active;
static volatile sig_atomic_t stopping;

static void on_stop(int signal) { (void)signal; stopping = 1; }

static void *symbol(void *library, const char *name) {
    void *found = dlsym(library, name);
    if (!found) { fprintf(stderr, "%s\n", dlerror()); exit(1); }
    return found;
}

static void open_database(const char *file) {
    void *library = dlopen("libsqlite3.so.0", RTLD_NOW);
    if (!library) { fprintf(stderr, "%s\n", dlerror()); exit(1); }
    *(void **)&db_open = symbol(library, "sqlite3_open");
    *(void **)&db_exec = symbol(library, "sqlite3_exec");
    *(void **)&db_timeout = symbol(library, "sqlite3_busy_timeout");
    *(void **)&db_errmsg = symbol(library, "sqlite3_errmsg");
    if (db_open(file, &db)) { fprintf(stderr, "%s: %s\n", file, db_errmsg(db)); exit(1); }
    db_timeout(db, 15000);
    /* The change to WAL mode does not wait for a lock of another connection: ask again. */
    for (int i = 0; ; i++) {
        if (!db_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                         "CREATE TABLE IF NOT EXISTS visit(id INTEGER PRIMARY KEY, at TEXT NOT NULL);", 0, 0, 0)) return;
        if (i == 100 || stopping) { fprintf(stderr, "%s: %s\n", file, db_errmsg(db)); exit(1); }
        usleep(100000);
    }
}

static int record(void) {
    pthread_mutex_lock(&db_mutex);
    int failed = db_exec(db, "INSERT INTO visit(at) VALUES (datetime('now'))", 0, 0, 0);
    if (failed) fprintf(stderr, "insert: %s\n", db_errmsg(db));
    pthread_mutex_unlock(&db_mutex);
    return failed;
}

static void answer(int s, const char *status, const char *body, int bare) {
    char out[1024];
    int n = snprintf(out, sizeof out,
        "HTTP/1.0 %s\r\nServer: c\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n%s",
        status, strlen(body), bare ? "" : body);
    for (int done = 0; done < n; ) {
        ssize_t k = send(s, out + done, n - done, MSG_NOSIGNAL);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return;
        done += k;
    }
}

static void serve(int s) {
    char head[16385];
    size_t n = 0;
    struct timeval patience = {30, 0};
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    head[0] = 0;
    while (!strstr(head, "\r\n\r\n") && !strstr(head, "\n\n")) {
        if (n == sizeof head - 1) { answer(s, "431 Request Header Fields Too Large", "too long\n", 0); return; }
        ssize_t k = recv(s, head + n, sizeof head - 1 - n, 0);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return;
        if (memchr(head + n, 0, k)) { answer(s, "400 Bad Request", "not HTTP\n", 0); return; }
        n += k;
        head[n] = 0;
        char *end = strchr(head, '\n');
        if (end) {                      /* no need to wait for more when the first line is nonsense */
            char *version = memmem(head, end - head, " HTTP/1.", 8);
            if (!version) { answer(s, "400 Bad Request", "not HTTP\n", 0); return; }
        }
    }
    char method[32], target[8192], version[16];
    if (sscanf(head, "%31[^ \r\n] %8191[^ \r\n] %15[^ \r\n]", method, target, version) != 3) {
        answer(s, "400 Bad Request", "not HTTP\n", 0);
        return;
    }
    target[strcspn(target, "?")] = 0;
    int bare = !strcmp(method, "HEAD");
    static const char *known[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"};
    int is_known = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) is_known |= !strcmp(method, known[i]);
    if (!is_known) answer(s, "501 Not Implemented", "no such method\n", 0);
    else if (strcmp(target, "/")) answer(s, "404 Not Found", "no such page\n", bare);
    else if (strcmp(method, "GET")) answer(s, "405 Method Not Allowed\r\nAllow: GET", "only GET\n", bare);
    else if (record()) answer(s, "503 Service Unavailable", "database busy\n", 0);
    else answer(s, "200 OK", "0", 0);
}

static void *connection(void *argument) {
    int s = (int)(long)argument;
    char rest[4096];
    struct timeval short_time = {2, 0};
    serve(s);
    shutdown(s, SHUT_WR);               /* the answer is out: read the rest, or a reset may swallow it */
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof short_time);
    for (int i = 0; i < 64 && recv(s, rest, sizeof rest, 0) > 0; i++) {}
    close(s);
    atomic_fetch_sub(&active, 1);
    return 0;
}

int main(void) {
    const char *port = getenv("PORT"), *url = getenv("DATABASE_URL"), *prefix = "sqlite:///";
    if (!port || !url || strncmp(url, prefix, strlen(prefix))) {
        fprintf(stderr, "PORT and DATABASE_URL=sqlite:///PATH must be set\n");
        return 2;
    }
    struct sigaction action = {.sa_handler = on_stop};
    sigaction(SIGTERM, &action, 0);
    sigaction(SIGINT, &action, 0);
    signal(SIGPIPE, SIG_IGN);
    open_database(url + strlen(prefix));

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port)),
                                  .sin_addr.s_addr = htonl(INADDR_ANY)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 128)) {
        perror("listen");
        return 1;
    }

    /* The stop signals are open only inside ppoll: none can slip in just before it. */
    sigset_t stops, before;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stops, &before);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    while (!stopping) {
        struct pollfd wait = {.fd = listener, .events = POLLIN};
        if (ppoll(&wait, 1, 0, &before) <= 0) continue;
        int s = accept4(listener, 0, 0, SOCK_CLOEXEC);
        if (s < 0) continue;
        pthread_t thread;
        atomic_fetch_add(&active, 1);
        if (pthread_create(&thread, &attributes, connection, (void *)(long)s)) {
            close(s);
            atomic_fetch_sub(&active, 1);
        }
    }
    close(listener);
    for (int i = 0; i < 30 && atomic_load(&active); i++) usleep(100000);
    _exit(0);                           /* what was committed is safe in the -wal file */
}
