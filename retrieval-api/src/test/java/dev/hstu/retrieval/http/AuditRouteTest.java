package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.retrieval.access.AuditLog;
import dev.hstu.retrieval.access.KeysFile;
import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.ServiceBeans;
import dev.hstu.retrieval.serving.TinyGenerations;
import io.micronaut.web.router.Router;
import io.micronaut.web.router.UriRouteInfo;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every change over HTTP leaves one line that says who, what, when and with what outcome, and
/// holds no vector and no key.
class AuditRouteTest {

  private static final String VECTOR = "[0.28,0.96,0,0,0,0,0,0,0,0,0,0,0,0,0,0]";

  @TempDir Path folder;
  private TinyGenerations generations;
  private String key;
  private String reader;
  private RunningService service;
  private ServiceClient client;

  @BeforeEach
  void serve() throws Exception {
    generations = new TinyGenerations(folder);
    generations.publish(1);
    KeysFile keys = new KeysFile(folder.resolve("keys.json"));
    key = keys.add("curator", Role.ADMIN).text();
    reader = keys.add("reader", Role.READ).text();
    service =
        RunningService.start(
            generations.configuration(
                Map.of(
                    "updates.enabled",
                    "true",
                    "access.keys-file",
                    folder.resolve("keys.json").toString())));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
  }

  @AfterEach
  void stop() {
    client.close();
    service.close();
  }

  @Test
  void everyChangeLeavesItsLine() throws Exception {
    Instant before = Instant.now();
    send("PUT", "/items/77", "application/json", "{\"vector\":" + VECTOR + "}", key);
    send("PUT", "/items/78", "application/json", "{\"vector\":[1]}", key);
    send("DELETE", "/items/77", "application/json", "", key);
    send(
        "POST",
        "/items/bulk",
        "application/x-ndjson",
        "{\"id\":79,\"vector\":%s}\n{\"id\":80}\n".formatted(VECTOR),
        key);
    send("PUT", "/sets/blocked", "application/json", "[1,2]", key);
    send("DELETE", "/sets/blocked", "application/json", "", key);
    send("DELETE", "/sets/blocked", "application/json", "", reader);
    send("DELETE", "/sets/blocked", "application/json", "", null);
    send("GET", "/sets", "application/json", "", key);

    List<JsonNode> lines = lines();
    assertThat(lines)
        .extracting(
            line ->
                "%s %s %s %s"
                    .formatted(
                        line.path("action").asText(),
                        line.path("target").asText("-"),
                        line.path("outcome").asText(),
                        line.path("detail").asText("-")))
        .containsExactly(
            "put-item 77 done -",
            "put-item 78 refused -",
            "delete-item 77 done -",
            "bulk-items - done 1 taken, 1 refused",
            "put-set blocked done -",
            "delete-set blocked done -");
    assertThat(lines)
        .allSatisfy(
            line -> {
              assertThat(line.path("caller").asText()).isEqualTo("curator");
              assertThat(Instant.parse(line.path("at").asText())).isBetween(before, Instant.now());
              assertThat(line.path("status").asInt()).isIn(200, 204, 400);
            });
    assertThat(log())
        .content()
        .doesNotContain("0.28", key, key.substring("hstu_curator_".length()));
  }

  @Test
  void everyRouteThatChangesSomethingIsAudited() throws Exception {
    for (UriRouteInfo<?, ?> route : ServiceBeans.of(service, Router.class).uriRoutes().toList()) {
      Role needed =
          route.getAnnotationMetadata().enumValue(Needs.class, Role.class).orElse(Role.READ);
      assertThat(route.getAnnotationMetadata().hasAnnotation(Audited.class))
          .as("@Audited of %s", route)
          .isEqualTo(
              needed != Role.READ && !route.getAnnotationMetadata().hasAnnotation(Unaudited.class));
      if (route.getAnnotationMetadata().hasAnnotation(Audited.class)) {
        int before = lines().size();
        String path = route.getUriMatchTemplate().toString().replaceAll("\\{[^}]*}", "1");
        String type =
            route.getConsumes().stream().findFirst().map(Object::toString).orElse("text/plain");
        send(route.getHttpMethodName(), path, type, "[]", key);
        assertThat(lines()).as("a line of %s", route).hasSize(before + 1);
      }
    }
  }

  private void send(String method, String path, String type, String body, @Nullable String as)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        client
            .request(path)
            .header("Content-Type", type)
            .method(method, BodyPublishers.ofString(body));
    if (as != null) {
      request.header("Authorization", "Bearer " + as);
    }
    client.send(request);
  }

  private Path log() {
    return generations.store().root().resolve(AuditLog.FILE);
  }

  private List<JsonNode> lines() throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    if (Files.exists(log())) {
      for (String line : Files.readAllLines(log())) {
        lines.add(new ObjectMapper().readTree(line));
      }
    }
    return lines;
  }
}
