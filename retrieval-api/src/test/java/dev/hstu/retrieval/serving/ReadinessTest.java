package dev.hstu.retrieval.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.http.ServiceClient;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When a service says it is ready, why not otherwise, and what a damaged generation does to it.
class ReadinessTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;
  private TinyGenerations generations;
  private ServiceConfiguration configuration;

  @BeforeEach
  void configure() {
    generations = new TinyGenerations(folder);
    configuration = generations.configuration(Map.of());
  }

  @Test
  void withoutAGenerationItIsLiveButNotReadyAndTakesUpTheFirstByItself() throws Exception {
    String reason =
        "no generation published in %s; run hstu publish".formatted(generations.store().root());
    try (RunningService service = RunningService.start(configuration);
        ServiceClient client = new ServiceClient(service)) {
      assertThat(service.awaitReady(Duration.ofMillis(100)))
          .isEqualTo(new Readiness.NotReady(reason));
      assertThat(client.get("/health/live").status()).isEqualTo(200);
      for (Answer answer :
          new Answer[] {client.get("/health/ready"), client.retrieve("{\"k\":1}")}) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("retry-after")).isEqualTo("1");
        assertThat(answer.contentType()).isEqualTo("application/problem+json");
        assertThat(answer.json().path("type").asText()).isEqualTo("/errors#not-ready");
        assertThat(answer.json().path("detail").asText()).isEqualTo(reason);
      }
      // What is wrong with a request is said whether or not anything serves.
      assertThat(client.retrieve("{\"k\":0}").status()).isEqualTo(400);

      String built = generations.build(1, TinyGenerations.longIds(), new Clock.Wall());
      assertThat(client.get("/health/ready").status()).as("built is not published").isEqualTo(503);
      generations.store().publish(built);

      assertThat(service.awaitReady(PATIENCE)).isInstanceOf(Readiness.Ready.class);
      assertThat(client.get("/health/ready").json().path("generation").asText()).isEqualTo(built);
      assertThat(client.retrieve("{\"k\":1}").json().path("generation").asText()).isEqualTo(built);
    }
  }

  @Test
  void aDamagedGenerationLeavesTheOldOneServingAndIsNamed() throws Exception {
    String damaged = generations.publish(2);
    byte[] pointerToDamaged = Files.readAllBytes(pointer());
    String good = generations.publish(1);
    try (RunningService service = RunningService.start(configuration);
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(PATIENCE);
      damage(damaged);
      Path replacement = Files.write(folder.resolve("pointer"), pointerToDamaged);
      Files.move(replacement, pointer(), StandardCopyOption.ATOMIC_MOVE);

      JsonNode report =
          Eventually.see(() -> client.get("/health/ready").json(), ready -> ready.has("refused"));
      assertThat(report.path("status").asText()).isEqualTo("ready");
      assertThat(report.path("generation").asText()).isEqualTo(good);
      assertThat(report.path("refused").path("generation").asText()).isEqualTo(damaged);
      assertThat(report.path("refused").path("reason").asText())
          .contains(damaged, "model.safetensors");
      assertThat(client.retrieve("{\"k\":1}").json().path("generation").asText()).isEqualTo(good);
      assertThat(client.get("/metrics").response().body())
          .containsPattern("hstu_generation_swaps_total\\{outcome=\"refused\"} [1-9]");

      String next = generations.publish(3);
      JsonNode recovered =
          Eventually.see(
              () -> client.get("/health/ready").json(),
              ready -> ready.path("generation").asText().equals(next) && !ready.has("refused"));
      assertThat(recovered.path("status").asText()).isEqualTo("ready");
      assertThat(client.get("/metrics").response().body().lines())
          .filteredOn(line -> line.startsWith("hstu_generation_info{"))
          .singleElement()
          .asString()
          .contains(next);
    }
  }

  @Test
  void aDamagedFirstGenerationIsTheReasonForNotBeingReady() throws Exception {
    String id = generations.publish(1);
    damage(id);
    try (RunningService service = RunningService.start(configuration);
        ServiceClient client = new ServiceClient(service)) {
      Answer answer =
          Eventually.see(
              () -> client.get("/health/ready"),
              ready -> ready.response().body().contains("cannot be opened"));

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.json().path("detail").asText())
          .startsWith("generation %s cannot be opened: ".formatted(id))
          .contains("model.safetensors")
          .endsWith("; publish another one");
    }
  }

  @Test
  void anEngineThatIsNotThereStopsTheStart() {
    assumeFalse(Encoder.engines().getLast().available(), "this machine has a GPU");
    ServiceConfiguration cuda = generations.configuration(Map.of("encoder.engine", "cuda"));

    assertThatThrownBy(() -> RunningService.start(cuda).close())
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageStartingWith("engine cuda: ");
  }

  @Test
  void aTakenPortStopsTheStartWithTheMend() {
    try (RunningService first = RunningService.start(configuration)) {
      ServiceConfiguration same =
          generations.configuration(Map.of("serving.port", Integer.toString(first.port())));

      assertThatThrownBy(() -> RunningService.start(same).close())
          .isInstanceOf(ServiceStartException.class)
          .hasMessageStartingWith("cannot listen on 127.0.0.1:%d (".formatted(first.port()))
          .hasMessageEndingWith("); choose another serving.port, or 0 for a free one");
    }
  }

  private Path pointer() {
    return generations.store().root().resolve("CURRENT");
  }

  private void damage(String id) throws IOException {
    Path file = generations.store().root().resolve(id).resolve("model/model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }
}
