package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.ServiceBeans;
import dev.hstu.retrieval.serving.TinyGenerations;
import io.micronaut.web.router.Router;
import io.micronaut.web.router.UriRouteInfo;
import io.swagger.v3.oas.annotations.Hidden;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/// What a platform asks of a service: health, metrics and the contract.
class OperationRoutesTest {

  @TempDir static Path folder;
  private static String generation;
  private static RunningService service;
  private static ServiceClient client;

  @BeforeAll
  static void serve() throws IOException, InterruptedException {
    TinyGenerations generations = new TinyGenerations(folder);
    generation = generations.publish(1);
    service = RunningService.start(generations.configuration(Map.of()));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
  }

  @AfterAll
  static void stop() {
    client.close();
    service.close();
  }

  @Test
  void liveAndReadySayWhatServes() throws Exception {
    assertThat(client.get("/health/live").json().path("status").asText()).isEqualTo("live");

    JsonNode ready = client.get("/health/ready").json();
    assertThat(ready.path("status").asText()).isEqualTo("ready");
    assertThat(ready.path("generation").asText()).isEqualTo(generation);
    assertThat(ready.path("model").asText()).matches("[0-9a-f]{64}");
    assertThat(ready.path("engine").asText()).contains("reference");
    assertThat(ready.path("clock").asText()).isEqualTo("wall");
    assertThat(ready.path("items").asInt()).isEqualTo(TinyGenerations.ITEMS);
    assertThat(ready.path("dimension").asInt()).isEqualTo(16);
    assertThat(ready.has("refused")).isFalse();
  }

  @Test
  void everyEngineIsNamedWithWhatItIsOrWhyItCannotRun() throws Exception {
    JsonNode engines = client.get("/health/engines").json();
    assertThat(engines)
        .extracting(engine -> engine.path("engine").asText())
        .containsExactly("reference", "djl", "cuda");
    assertThat(engines)
        .allSatisfy(engine -> assertThat(engine.path("description").asText()).isNotBlank());
    assertThat(engines.path(0).path("available").asBoolean()).isTrue();
  }

  @Test
  void theServiceListensOnLoopbackOnly() {
    assertThat(service.address().getHost()).isIn("127.0.0.1", "localhost");
  }

  @Test
  void metricsCountRequestsByRouteAndTimeByStage() throws Exception {
    client.retrieve("{\"events\":[{\"itemId\":\"nobody\",\"timestamp\":1}],\"k\":1000}");
    client.retrieve("{\"k\":0}");

    Answer answer = client.get("/metrics");

    assertThat(answer.contentType()).startsWith("text/plain");
    assertThat(answer.response().body())
        .contains("hstu_generation_info{", "generation=\"" + generation + "\"")
        .contains("hstu_generation_swaps_total{outcome=\"served\"} 1.0")
        .contains("hstu_retrieve_stage_seconds_bucket{stage=\"search\",le=\"0.001\"}")
        .contains("hstu_retrieve_stage_seconds_count{stage=\"total\"} 1")
        .contains("hstu_retrieve_in_flight 0.0")
        .containsPattern("hstu_generation_age_seconds [0-9.]+")
        .containsPattern("hstu_items_age_seconds [0-9.]+")
        .contains("hstu_generation_items 300.0")
        .contains("hstu_updates_behind NaN")
        .containsPattern("hstu_process_resident_bytes [1-9]")
        .contains("hstu_retrieve_fallbacks_total 1.0")
        .contains("hstu_retrieve_shortfalls_total 1.0")
        .contains("hstu_retrieve_unknown_items_total 1.0")
        .containsPattern(
            "http_server_requests_seconds_count\\{.*status=\"400\",uri=\"/retrieve\"\\} 1")
        .contains("jvm_memory_used_bytes");
  }

  @Test
  void theContractIsPublishedAndNamesEveryRoute() throws Exception {
    Answer answer = client.get("/openapi.yml");
    Map<String, Object> contract = new Yaml().load(answer.response().body());

    assertThat(answer.contentType()).startsWith("application/yaml");
    assertThat(contract.get("openapi").toString()).startsWith("3.");
    Map<?, ?> paths = (Map<?, ?>) contract.get("paths");
    Set<String> routes = new TreeSet<>();
    paths.forEach(
        (path, methods) ->
            ((Map<?, ?>) methods).keySet().forEach(method -> routes.add(method + " " + path)));
    assertThat(routes).isEqualTo(publicRoutes());
    for (String route : routes) {
      if (route.startsWith("get ") && !route.contains("{")) {
        assertThat(client.get(route.substring(4)).status()).as(route).isLessThan(500);
      }
    }
  }

  /// Every route of the router's own list, but those that declare to be part of a page.
  private static Set<String> publicRoutes() {
    Set<String> routes = new TreeSet<>();
    ServiceBeans.of(service, Router.class)
        .uriRoutes()
        .filter(route -> !route.getHttpMethodName().equals("HEAD"))
        .filter(route -> !isPartOfAPage(route))
        .forEach(
            route ->
                routes.add(
                    route.getHttpMethodName().toLowerCase(Locale.ROOT)
                        + " "
                        + route.getUriMatchTemplate()));
    return routes;
  }

  private static boolean isPartOfAPage(UriRouteInfo<?, ?> route) {
    return route.getTargetMethod().getTargetMethod().isAnnotationPresent(Hidden.class);
  }

  @Test
  void theContractsSchemasHaveTheFieldsOfTheWire() throws Exception {
    Map<String, Object> contract = new Yaml().load(client.get("/openapi.yml").response().body());
    Map<?, ?> schemas = (Map<?, ?>) ((Map<?, ?>) contract.get("components")).get("schemas");

    assertThat(fields(schemas, "RetrieveRequest"))
        .containsExactlyInAnyOrder(
            "userId",
            "events",
            "requestTime",
            "k",
            "excludeSeen",
            "excludeItemIds",
            "filter",
            "excludeServedDays",
            "userAttributes");
    assertThat(fields(schemas, "UserAttribute"))
        .containsExactlyInAnyOrder("name", "value", "since");
    assertThat(fields(schemas, "Event")).containsExactlyInAnyOrder("itemId", "timestamp", "action");
    assertThat(fields(schemas, "RetrieveResponse"))
        .containsExactlyInAnyOrder(
            "generation",
            "engine",
            "requestTime",
            "candidates",
            "search",
            "unknownItems",
            "fallback",
            "shortfall",
            "validUntil",
            "quality",
            "cache",
            "timings");
    assertThat(fields(schemas, "Filter"))
        .containsExactlyInAnyOrder("all", "any", "not", "in", "range", "only", "set");
    assertThat(fields(schemas, "Set")).containsExactlyInAnyOrder("name", "version", "ids");
    assertThat(fields(schemas, "Problem"))
        .containsExactlyInAnyOrder("type", "title", "status", "detail", "field", "verdict");
  }

  private static Set<String> fields(Map<?, ?> schemas, String name) {
    Set<String> fields = new TreeSet<>();
    ((Map<?, ?>) ((Map<?, ?>) schemas.get(name)).get("properties"))
        .keySet()
        .forEach(field -> fields.add(field.toString()));
    return fields;
  }
}
