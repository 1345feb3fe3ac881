package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/// Every example of the published contract works: requests are answered with the status that is
/// documented, and answers fit their schemas and have the fields that the examples show.
/// `-Dhstu.rewrite=true` prints the answers, to make examples of.
class OpenApiExamplesTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  /// What stands for a generation's id in the examples.
  private static final String GENERATION = "20260101T000000Z-1a2b3c4d5e6f";

  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete");

  @TempDir static Path folder;
  private static String generation;
  private static RunningService service;
  private static ServiceClient client;
  private static JsonNode contract;
  private static ContractSchemas schemas;

  /// Operations by id, in the order of the contract.
  private static final Map<String, Route> ROUTES = new LinkedHashMap<>();

  private record Route(String method, String path, JsonNode operation) {}

  @BeforeAll
  static void serve() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(2);
    generation = generations.publish(1);
    service =
        RunningService.start(
            generations.configuration(
                Map.of(
                    "updates.enabled",
                    "true",
                    "users.folder",
                    folder.resolve("users").toString())));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
    contract = yaml(client.get("/openapi.yml").response().body());
    schemas = new ContractSchemas(contract);
    contract
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method -> {
                          assertThat(METHODS).contains(method.getKey());
                          ROUTES.put(
                              method.getValue().path("operationId").asText(),
                              new Route(method.getKey(), path.getKey(), method.getValue()));
                        }));
  }

  @AfterAll
  static void stop() {
    client.close();
    service.close();
  }

  @Test
  void everyExampleWorks() throws Exception {
    List<String> order = new ArrayList<>(examples().keySet());
    assertThat(ROUTES.keySet()).as("operations that examples are for").containsAll(order);
    ROUTES.keySet().stream().filter(id -> !order.contains(id)).forEach(order::add);
    for (String id : order) {
      Route route = ROUTES.get(id);
      JsonNode content = route.operation().at("/requestBody/content");
      if (content.isMissingNode()) {
        call(id, route, null, null);
      }
      for (Map.Entry<String, JsonNode> body : content.properties()) {
        assertThat(body.getValue().has("example"))
            .as("%s shows no body of %s; give it one in openapi-examples.yml", id, body.getKey())
            .isTrue();
        call(id, route, body.getKey(), body.getValue());
      }
    }
  }

  @Test
  void theExamplesOfSchemasFitThem() {
    contract
        .at("/components/schemas")
        .properties()
        .forEach(
            schema -> {
              if (schema.getValue().has("example")) {
                assertThat(schemas.faults(schema.getValue().path("example"), schema.getValue()))
                    .as(schema.getKey())
                    .isEmpty();
              }
              schema
                  .getValue()
                  .path("properties")
                  .properties()
                  .forEach(
                      property -> {
                        if (property.getValue().has("example")) {
                          assertThat(
                                  schemas.faults(
                                      property.getValue().path("example"), property.getValue()))
                              .as("%s of %s", property.getKey(), schema.getKey())
                              .isEmpty();
                        }
                      });
            });
    String type = contract.at("/components/schemas/Problem/properties/type/example").asText();
    assertThat(ProblemType.values()).anyMatch(known -> known.uri().equals(type));
  }

  private static void call(String id, Route route, String type, JsonNode body) throws Exception {
    String text = type == null ? "" : text(type, body.path("example"));
    if (type != null && !body.path("example").isTextual()) {
      assertThat(schemas.faults(body.path("example"), body.path("schema")))
          .as("body of " + id)
          .isEmpty();
    }
    HttpRequest.Builder request = client.request(path(id, route));
    if (type != null) {
      request.header("Content-Type", type);
    }
    Answer answer =
        client.send(
            request.method(
                route.method().toUpperCase(Locale.ROOT),
                type == null ? BodyPublishers.noBody() : BodyPublishers.ofString(text)));

    JsonNode documented = route.operation().path("responses").path(answer.status() + "");
    assertThat(answer.status()).as("%s: %s", id, answer.response().body()).isBetween(200, 299);
    assertThat(documented.isMissingNode()).as("%s answers %d", id, answer.status()).isFalse();
    JsonNode content = documented.path("content");
    if (content.isMissingNode()) {
      assertThat(answer.response().body()).as(id).isEmpty();
      return;
    }
    String mediaType = answer.contentType().replaceAll(";.*", "");
    Map.Entry<String, JsonNode> described =
        content.properties().stream()
            .filter(entry -> entry.getKey().startsWith(mediaType))
            .findFirst()
            .orElseThrow(() -> new AssertionError(id + " answers " + answer.contentType()));
    if (mediaType.endsWith("json")) {
      JsonNode live = JSON.readTree(answer.response().body().lines().findFirst().orElseThrow());
      if (Boolean.getBoolean("hstu.rewrite")) {
        System.out.println(id + ": " + live);
      } else {
        compare(id, live, described.getValue());
      }
    }
  }

  private static void compare(String id, JsonNode live, JsonNode described) {
    JsonNode shown = described.path("example");
    assertThat(schemas.faults(live, described.path("schema"))).as("answer of " + id).isEmpty();
    assertThat(shown.isMissingNode())
        .as("%s shows no answer; give it one in openapi-examples.yml, such as %s", id, live)
        .isFalse();
    assertThat(schemas.faults(shown, described.path("schema")))
        .as("shown answer of " + id)
        .isEmpty();
    assertThat(fields("", shown))
        .as("fields of %s, whose answer is %s", id, live)
        .isEqualTo(fields("", live));
  }

  /// Names of all fields; of a list those that any entry has: two generations of one second
  /// stand in either order, and only the later has a parent. Names that are data (attributes,
  /// figures) and not of a schema are left out by their parents' names.
  private static Set<String> fields(String at, JsonNode value) {
    Set<String> names = new TreeSet<>();
    if (value.isArray()) {
      value.forEach(entry -> names.addAll(fields(at + "[]", entry)));
    } else if (value.isObject()) {
      value
          .properties()
          .forEach(
              field -> {
                names.add(at + "." + field.getKey());
                if (!Set.of("attributes", "evaluation", "figures", "values", "outcomes")
                    .contains(field.getKey())) {
                  names.addAll(fields(at + "." + field.getKey(), field.getValue()));
                }
              });
    }
    return names;
  }

  private static String path(String id, Route route) {
    String path = route.path();
    StringBuilder query = new StringBuilder();
    for (JsonNode parameter : route.operation().path("parameters")) {
      String name = parameter.path("name").asText();
      String value = real(parameter.path("example").asText());
      boolean shown = parameter.has("example");
      if (parameter.path("in").asText().equals("path")) {
        assertThat(shown)
            .as("%s shows no %s; give it one in openapi-examples.yml", id, name)
            .isTrue();
        path = path.replace("{" + name + "}", escaped(value));
      } else if (shown) {
        query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(escaped(value));
      }
    }
    return path + query;
  }

  private static String text(String type, JsonNode example) {
    if (example.isTextual()) {
      return real(example.asText());
    }
    return real(example.toString()) + (type.equals(SetsController.NDJSON) ? "\n" : "");
  }

  /// An example as it can be sent here.
  private static String real(String example) {
    return example.replace(GENERATION, generation);
  }

  private static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static Map<String, Object> examples() throws IOException {
    try (InputStream file =
        OpenApiExamplesTest.class.getResourceAsStream("/openapi-examples.yml")) {
      return new Yaml().load(file);
    }
  }

  private static JsonNode yaml(String text) {
    return JSON.valueToTree(new Yaml().<Map<String, Object>>load(text));
  }
}
