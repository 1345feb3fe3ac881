package dev.hstu.retrieval.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.retrieval.serving.RunningService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/// What a pipeline does: JSON over HTTP/1.1 with the JDK's own client.
public final class ServiceClient implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final URI address;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  public ServiceClient(RunningService service) {
    this(service.address());
  }

  public ServiceClient(URI address) {
    this.address = address;
  }

  /// One answer.
  public record Answer(int status, String contentType, HttpResponse<String> response) {

    /// The body as JSON.
    public JsonNode json() {
      try {
        return JSON.readTree(response.body());
      } catch (IOException e) {
        throw new AssertionError("not JSON: " + response.body(), e);
      }
    }

    /// Ids of the candidates, best first.
    public List<String> itemIds() {
      List<String> ids = new ArrayList<>();
      json().path("candidates").forEach(candidate -> ids.add(candidate.path("itemId").asText()));
      return ids;
    }

    /// A response header, or an empty text.
    public String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    private static Answer of(HttpResponse<String> response) {
      String type = response.headers().firstValue("content-type").orElse("");
      return new Answer(response.statusCode(), type.toLowerCase(Locale.ROOT), response);
    }
  }

  public Answer get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  public Answer retrieve(String body) throws IOException, InterruptedException {
    return send(retrieveRequest(body));
  }

  public CompletableFuture<Answer> retrieveLater(String body) {
    return client
        .sendAsync(retrieveRequest(body).build(), BodyHandlers.ofString())
        .thenApply(Answer::of);
  }

  /// Sends JSON, or NDJSON where it isn't one list.
  public Answer put(String path, String body) throws IOException, InterruptedException {
    String type = body.startsWith("[") ? "application/json" : "application/x-ndjson";
    return send(request(path).header("Content-Type", type).PUT(BodyPublishers.ofString(body)));
  }

  public Answer delete(String path) throws IOException, InterruptedException {
    return send(request(path).DELETE());
  }

  public Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return Answer.of(client.send(request.build(), BodyHandlers.ofString()));
  }

  /// A request to be given its method and headers.
  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(address.resolve(path)).timeout(PATIENCE);
  }

  private HttpRequest.Builder retrieveRequest(String body) {
    return request("/retrieve")
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  @Override
  public void close() {
    client.close();
  }
}
