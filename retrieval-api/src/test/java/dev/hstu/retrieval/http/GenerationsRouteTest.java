package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.retrieval.access.AuditLog;
import dev.hstu.retrieval.access.KeysFile;
import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.gate.PublicationEntry;
import dev.hstu.retrieval.gate.PublicationLog;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Generations over HTTP: they are listed as they are, a publication passes the same gate as one of
/// the command line and a running server takes it up, and every change is logged with who did it.
class GenerationsRouteTest {

  /// No two random models have the same norms, so the gate blocks the second.
  private static final Map<String, String> STRICT = Map.of("gate.max-norm-drift", "1");

  @TempDir Path folder;
  private TinyGenerations generations;
  private String first;
  private String key;
  private RunningService service;
  private ServiceClient client;

  @BeforeEach
  void build() throws IOException {
    generations = new TinyGenerations(folder);
    first = generations.publish(1);
    key = new KeysFile(keys()).add("operator", Role.ADMIN).text();
  }

  @AfterEach
  void stop() {
    client.close();
    service.close();
  }

  private Path keys() {
    return folder.resolve("keys.json");
  }

  private void serve(Map<String, String> more) throws InterruptedException {
    Map<String, String> values = new HashMap<>(more);
    values.put("access.keys-file", keys().toString());
    service = RunningService.start(generations.configuration(values));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
  }

  private String another(long seed) throws IOException {
    return generations.build(seed, TinyGenerations.longIds(), new Clock.Wall());
  }

  private Answer get(String path) throws Exception {
    return client.send(client.request(path).header("Authorization", "Bearer " + key).GET());
  }

  private Answer post(String path, String body) throws IOException, InterruptedException {
    return client.send(
        client
            .request(path)
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private static String type(Answer answer) {
    return answer.json().path("type").asText().replace("/errors#", "");
  }

  private PublicationEntry lastLogged() throws IOException {
    return new PublicationLog(generations.store().root()).entries().getLast();
  }

  @Test
  void aPublicationPassesTheGateAndTheServerSwapsByItself() throws Exception {
    serve(Map.of());
    String second = another(2);

    Answer published = post("/generations/" + second + "/publish", "");

    assertThat(published.status()).as(published.response().body()).isEqualTo(200);
    assertThat(published.json().path("current").asText()).isEqualTo(second);
    assertThat(published.json().path("previous").asText()).isEqualTo(first);
    assertThat(published.json().path("forced").asBoolean()).isFalse();
    JsonNode verdict = published.json().path("verdict");
    assertThat(verdict.path("passed").asBoolean()).isTrue();
    assertThat(verdict.path("live").asText()).isEqualTo(first);
    assertThat(verdict.path("checks").findValuesAsText("check")).contains("files", "recall@100");
    awaitServing(second);
    assertThat(lastLogged().user()).isEqualTo("the key operator");
    assertThat(lastLogged().generation()).isEqualTo(second);

    Answer back = post("/rollback", "{\"reason\":\"the shop is empty\"}");

    assertThat(back.status()).isEqualTo(200);
    assertThat(back.json().path("current").asText()).isEqualTo(first);
    assertThat(back.json().path("left").asText()).isEqualTo(second);
    awaitServing(first);
    assertThat(lastLogged().action()).isEqualTo(PublicationEntry.Action.ROLLBACK);
    assertThat(lastLogged().returnedBecause()).isEqualTo("the shop is empty");
    assertThat(Files.readAllLines(generations.store().root().resolve(AuditLog.FILE)))
        .hasSize(2)
        .allMatch(line -> line.contains("\"caller\":\"operator\""))
        .allMatch(line -> line.contains("\"outcome\":\"done\""));
    assertThat(type(post("/rollback", ""))).isEqualTo("publication-refused");
  }

  private void awaitServing(String id) throws Exception {
    Eventually.see(() -> get("/generations").json().path("serving").asText(), id::equals);
  }

  @Test
  void whatDoesNotFitIntoServingRamIsNotEvenJudged() throws Exception {
    String second = another(2);
    service =
        RunningService.start(
            generations.configuration(
                Map.of("access.keys-file", keys().toString(), "serving.ram", "256m")));
    client = new ServiceClient(service);

    Answer refused = post("/generations/" + second + "/publish", "");

    assertThat(refused.status()).as(refused.response().body()).isEqualTo(409);
    assertThat(type(refused)).isEqualTo("not-enough-memory");
    assertThat(refused.json().path("detail").asText())
        .startsWith("by serving.ram ")
        .contains("judging 300 items beside what serves")
        .endsWith("or judge elsewhere, by hstu publish");
    assertThat(generations.store().currentId()).contains(first);
    assertThat(post("/generations/nowhere/publish", "").status()).isEqualTo(404);
  }

  @Test
  void aBlockedOneIsAnsweredWithTheVerdictAndNeedsAReason() throws Exception {
    serve(STRICT);
    String second = another(2);

    Answer blocked = post("/generations/" + second + "/publish", "{}");

    assertThat(blocked.status()).isEqualTo(409);
    assertThat(type(blocked)).isEqualTo("publication-blocked");
    assertThat(blocked.json().path("detail").asText()).contains("norm-drift", "force");
    assertThat(blocked.json().path("verdict").path("passed").asBoolean(true)).isFalse();
    assertThat(generations.store().currentId()).contains(first);

    Answer vague = post("/generations/" + second + "/publish", "{\"force\":\"do it\"}");
    assertThat(vague.status()).isEqualTo(400);
    assertThat(vague.json().path("field").asText()).isEqualTo("/force");

    Answer forced =
        post("/generations/" + second + "/publish", "{\"force\":\"the old one leaks memory\"}");
    assertThat(forced.status()).isEqualTo(200);
    assertThat(forced.json().path("forced").asBoolean()).isTrue();
    assertThat(lastLogged().forcedBecause()).isEqualTo("the old one leaks memory");
    assertThat(lastLogged().blockedBy()).contains("norm-drift");

    JsonNode details = get("/generations/" + second).json();
    assertThat(details.path("verdict")).isEqualTo(forced.json().path("verdict"));
    assertThat(details.path("publications")).hasSize(1);
    assertThat(details.path("generation").path("publication").path("forcedBecause").asText())
        .isEqualTo("the old one leaks memory");
    assertThat(details.path("generation").path("gate").path("passed").asBoolean(true)).isFalse();
  }

  @Test
  void theListTellsStateContentsAndWhatIsDamaged() throws Exception {
    serve(Map.of());
    String second = another(2);
    String third = another(3);
    Files.write(
        generations.store().root().resolve(third).resolve("model/config.json"), new byte[1]);

    JsonNode list = get("/generations").json();

    assertThat(list.path("current").asText()).isEqualTo(first);
    assertThat(list.path("serving").asText()).isEqualTo(first);
    assertThat(list.has("underWay")).isFalse();
    assertThat(list.path("more").asInt(-1)).isZero();
    assertThat(list.path("generations").findValuesAsText("state"))
        .containsExactlyInAnyOrder("current", "ready", "damaged");
    for (JsonNode generation : list.path("generations")) {
      if (generation.path("id").asText().equals(third)) {
        assertThat(generation.path("problem").asText()).contains("model/config.json");
      } else {
        assertThat(generation.path("contents").path("items").asInt())
            .isEqualTo(TinyGenerations.ITEMS);
        assertThat(generation.path("contents").path("ids").asText()).isEqualTo("int64");
        assertThat(generation.path("contents").path("ageSeconds").asLong(-1)).isNotNegative();
      }
    }
    assertThat(get("/generations/" + second).json().has("verdict")).isFalse();

    assertThat(type(post("/generations/" + third + "/publish", "")))
        .isEqualTo("publication-blocked");
    assertThat(
            type(post("/generations/" + third + "/publish", "{\"force\":\"at any price, now\"}")))
        .isEqualTo("publication-refused");
    assertThat(generations.store().currentId()).contains(first);
  }

  @Test
  void whatCannotBePublishedIsRefusedInWords() throws Exception {
    serve(Map.of());
    assertThat(type(get("/generations/nonsense"))).isEqualTo("unknown-generation");
    assertThat(type(get("/generations/..%2f..%2fetc"))).isEqualTo("unknown-generation");
    assertThat(type(post("/generations/nonsense/publish", ""))).isEqualTo("unknown-generation");
    assertThat(type(post("/generations/" + first + "/publish", "{\"froce\":\"x\"}")))
        .isEqualTo("unknown-field");
    assertThat(type(post("/rollback", "[]"))).isEqualTo("wrong-type");
    assertThat(type(post("/rollback", "{}"))).isEqualTo("publication-refused");
    String second = another(2);
    try (DirectoryLock _ = DirectoryLock.acquire(generations.store().root())) {
      assertThat(type(post("/generations/" + second + "/publish", "")))
          .isEqualTo("publication-under-way");
    }
  }

  @Test
  void oneRunsAtATime() throws Exception {
    serve(Map.of());
    String second = another(2);
    Callable<Answer> publish = () -> post("/generations/" + second + "/publish", "");
    try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
      List<Answer> answers = new ArrayList<>();
      for (Future<Answer> answer : callers.invokeAll(Collections.nCopies(8, publish))) {
        answers.add(answer.get());
      }
      assertThat(answers).filteredOn(answer -> answer.status() == 200).isNotEmpty();
      assertThat(answers)
          .filteredOn(answer -> answer.status() != 200)
          .isNotEmpty()
          .allMatch(answer -> type(answer).equals("publication-under-way"));
    }
    assertThat(generations.store().currentId()).contains(second);
  }
}
