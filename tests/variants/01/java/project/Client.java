import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

public class Client {
    static void fail(int status, String message) {
        System.err.println("chat: " + message);
        System.exit(status);
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 1 || !args[0].equals("ping")) fail(2, "usage: Client ping");
        String base = System.getenv("SERVER_URL");
        if (base == null || base.isEmpty()) fail(2, "SERVER_URL is not set");
        try {
            URI uri = URI.create(base.replaceFirst("/+$", "") + "/");
            if (uri.getPort() > 65535) fail(2, "no such port: " + uri.getPort());
            HttpResponse<byte[]> response = HttpClient.newHttpClient()
                    .sendAsync(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray())
                    .get(8, TimeUnit.SECONDS);
            if (response.statusCode() >= 400) fail(1, "the server answered " + response.statusCode());
            System.out.write(response.body());
            System.out.flush();
            System.exit(0);
        } catch (TimeoutException e) {
            fail(1, "no answer within 8 seconds");
        } catch (ExecutionException e) {
            fail(1, "cannot reach " + base + ": " + e.getCause().getClass().getSimpleName());
        } catch (IllegalArgumentException e) {
            fail(2, "SERVER_URL is not usable: " + e.getMessage());
        }
    }
}
