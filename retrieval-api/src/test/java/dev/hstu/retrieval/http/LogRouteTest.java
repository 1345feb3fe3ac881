package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.retrieval.access.KeysFile;
import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.config.LoggingSettings;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import dev.hstu.retrieval.telemetry.LogFormat;
import dev.hstu.retrieval.telemetry.StandardError;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// What a service writes to its log as JSON: whole lines, with the trace, and nothing of what users
/// did or of keys.
class LogRouteTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @AfterEach
  void writeText() {
    LogFormat.set(LoggingSettings.Format.TEXT);
  }

  @Test
  void everyLineIsAnObjectAndNoneHasAKeyOrAHistory() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    Path keysFile = folder.resolve("keys.json");
    String key = new KeysFile(keysFile).add("client", Role.WRITE).text();
    List<String> ids = IntStream.range(0, 8).mapToObj(TinyGenerations::id).toList();
    String history =
        ids.stream()
            .map("{\"itemId\":%s,\"timestamp\":1700000000}"::formatted)
            .collect(Collectors.joining(",", "{\"userId\":\"somebody\",\"events\":[", "]"));
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    Level before = root.getLevel();
    List<Answer> answers = new ArrayList<>();
    List<String> lines;
    try (StandardError said = new StandardError()) {
      root.setLevel(Level.DEBUG);
      try (RunningService service =
              RunningService.start(
                  generations.configuration(
                      Map.of(
                          "access.keys-file", keysFile.toString(),
                          "logging.format", "json",
                          "logging.slow-millis", "0",
                          "updates.enabled", "true",
                          "users.folder", folder.resolve("users").toString())));
          ServiceClient client = new ServiceClient(service)) {
        service.awaitReady(Duration.ofSeconds(30));
        for (String end : List.of("}", ",\"k\":0}", ",", ",\"requestTime\":5}")) {
          answers.add(post(client, "/retrieve", key, history + end));
          answers.add(post(client, "/embed", key, history + end));
        }
        String events = history.substring(history.indexOf("\"events\""));
        answers.add(
            client.send(
                client
                    .request("/users/somebody/events")
                    .header("Content-Type", "application/json")
                    .header("Authorization", "Bearer " + key)
                    .PUT(BodyPublishers.ofString("{" + events + "}"))));
        for (String method : List.of("GET", "DELETE")) {
          answers.add(
              client.send(
                  client
                      .request("/users/somebody")
                      .header("Authorization", "Bearer " + key)
                      .method(method, BodyPublishers.noBody())));
        }
        answers.add(
            client.send(
                client
                    .request("/items/an-item")
                    .header("Authorization", "Bearer " + key)
                    .DELETE()));
      } finally {
        root.setLevel(before);
      }
      lines = said.lines();
    }

    List<JsonNode> objects = new ArrayList<>();
    for (String line : lines) {
      objects.add(JSON.readTree(line));
    }
    assertThat(objects)
        .isNotEmpty()
        .allSatisfy(
            object ->
                assertThat(object.properties())
                    .extracting(Map.Entry::getKey)
                    .contains("time", "level", "logger", "thread", "message"));
    for (Answer answer : answers) {
      assertThat(objects)
          .as("the line of the request answered by %s", answer.response().body())
          .anySatisfy(
              object -> {
                assertThat(object.path("trace_id").asText()).isEqualTo(answer.header("Trace-Id"));
                assertThat(object.path("span_id").asText()).hasSize(16);
                assertThat(object.path("status").asInt()).isEqualTo(answer.status());
                assertThat(object.path("route").asText())
                    .startsWith(answer.response().request().method());
              });
    }
    assertThat(lines.stream().filter(line -> line.contains(key))).isEmpty();
    assertThat(
            objects.stream()
                .filter(object -> !object.path("level").asText().equals("DEBUG"))
                .filter(object -> object.toString().contains("somebody")))
        .as("lines with a user's id, which only the HTTP server's own debugging has, in paths")
        .isEmpty();
    assertThat(lines.stream().filter(line -> ids.stream().filter(line::contains).count() > 1))
        .as("lines with more than one event of a history")
        .isEmpty();
  }

  private static Answer post(ServiceClient client, String path, String key, String body)
      throws Exception {
    return client.send(
        client
            .request(path)
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + key)
            .POST(BodyPublishers.ofString(body)));
  }
}
