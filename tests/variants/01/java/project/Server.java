import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.io.OutputStreamWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

public class Server {
    /** One sqlite3 process for all writes. It says "done N" after each transaction and ends at the first error. */
    static class Database {
        private final String file;
        private final LinkedBlockingQueue<CompletableFuture<Void>> queue = new LinkedBlockingQueue<>();
        private Process process;
        private Writer in;
        private BufferedReader out;
        private long number;

        Database(String file) throws IOException {
            this.file = file;
            execute("CREATE TABLE IF NOT EXISTS visits(id INTEGER PRIMARY KEY, at TEXT NOT NULL);");
            Thread writer = new Thread(this::work, "writer");
            writer.setDaemon(true);
            writer.start();
        }

        void record() throws Exception {
            CompletableFuture<Void> one = new CompletableFuture<>();
            queue.add(one);
            one.get(30, TimeUnit.SECONDS);
        }

        private void work() {
            List<CompletableFuture<Void>> batch = new ArrayList<>();
            while (true) {
                batch.clear();
                try {
                    batch.add(queue.take());
                    queue.drainTo(batch);
                    StringBuilder sql = new StringBuilder("BEGIN IMMEDIATE;\n");
                    for (int i = 0; i < batch.size(); i++) {
                        sql.append("INSERT INTO visits(at) VALUES (datetime('now'));\n");
                    }
                    execute(sql.append("COMMIT;").toString());
                    batch.forEach(one -> one.complete(null));
                } catch (Exception e) {
                    batch.forEach(one -> one.completeExceptionally(e));
                }
            }
        }

        private synchronized void execute(String sql) throws IOException {
            if (process == null || !process.isAlive()) {
                process = new ProcessBuilder("sqlite3", "-init", "/dev/null", "-batch", "-bail", file)
                        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
                in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
                out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                in.write(".timeout 15000\n");
            }
            String mark = "done " + ++number;
            try {
                in.write(sql + "\nSELECT '" + mark + "';\n");
                in.flush();
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    if (line.equals(mark)) return;
                }
                throw new IOException("sqlite3 gave up");
            } catch (IOException e) {
                process.destroy();
                process = null;
                throw e;
            }
        }

        void close() {
            try {
                Process p = process;
                if (p == null) return;
                p.getOutputStream().close();
                if (!p.waitFor(3, TimeUnit.SECONDS)) p.destroyForcibly();
            } catch (Exception e) {
                System.err.println("stopping: " + e);
            }
        }
    }

    static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
        } else {
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    public static void main(String[] args) throws Exception {
        String port = System.getenv("PORT"), url = System.getenv("DATABASE_URL"), prefix = "sqlite:///";
        if (port == null || url == null || !url.startsWith(prefix)) {
            System.err.println("PORT and DATABASE_URL=sqlite:///PATH must be set");
            System.exit(2);
        }
        Database database = new Database(url.substring(prefix.length()));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(port)), 128);
        server.setExecutor(Executors.newFixedThreadPool(32));
        server.createContext("/", exchange -> {
            try {
                if (!"/".equals(exchange.getRequestURI().getRawPath())) {
                    answer(exchange, 404, "<p>Nothing here.</p>\n");
                } else if (!exchange.getRequestMethod().equals("GET")) {
                    exchange.getResponseHeaders().set("Allow", "GET");
                    answer(exchange, 405, "<p>Only GET.</p>\n");
                } else {
                    database.record();
                    answer(exchange, 200, "<!doctype html><title>chat</title><p>The chat service is up ✓</p>\n");
                }
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                System.err.println("GET /: " + e);
                answer(exchange, 503, "<p>The database is busy.</p>\n");
            }
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.stop(0);
            database.close();
        }));
        server.start();
    }
}
