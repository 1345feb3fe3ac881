package dev.hstu.retrieval.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// A running service that a verb may ask in place of the files: it knows what it stores of users.
final class AskedService {

  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int OK = 200;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = {
        "Ask the service at http://HOST:PORT and not the files: it answers for what it serves now,",
        "with the events it stores of a userId and what it served to it."
      })
  private @Nullable URI url;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "File whose first line is a key of role read, where the service asks for one.")
  private @Nullable Path keyFile;

  /// Whether the user named one.
  boolean isNamed() {
    return url != null;
  }

  /// Sends a body and reads the answer.
  ///
  /// @throws UserError when the service can't be asked or refuses
  <T> T post(String path, byte[] body, Class<T> type) {
    URI address = address().resolve(path);
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      HttpResponse<byte[]> answer = http.send(request(address, body), BodyHandlers.ofByteArray());
      if (answer.statusCode() != OK) {
        throw new UserError(
            "%s answers %d: %s".formatted(address, answer.statusCode(), detail(answer.body())));
      }
      return JSON.readValue(answer.body(), type);
    } catch (JsonProcessingException e) {
      throw new UserError(
          "%s answers what no service of this release does: %s"
              .formatted(address, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new UserError("%s cannot be asked: %s; correct --url".formatted(address, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while %s was asked".formatted(address), e);
    }
  }

  private URI address() {
    if (url == null
        || url.getHost() == null
        || !String.valueOf(url.getScheme()).matches("https?")) {
      throw new UserError("--url=%s must be http://HOST:PORT or https://HOST:PORT".formatted(url));
    }
    return url;
  }

  private HttpRequest request(URI address, byte[] body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(body));
    if (keyFile != null) {
      request.header("Authorization", "Bearer " + key(keyFile));
    }
    return request.build();
  }

  private static String key(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new UserError("--key-file=%s is no file; name one with a key".formatted(file));
    }
    return Files.readString(file).lines().findFirst().orElse("").strip();
  }

  private static String detail(byte[] problem) {
    try {
      JsonNode json = JSON.readTree(problem);
      String field = json.path("field").asText("");
      String detail = json.path("detail").asText("no reason given");
      return field.isEmpty() ? detail : field + ": " + detail;
    } catch (IOException e) {
      return "no reason given";
    }
  }
}
