package dev.hstu.retrieval.tier;

import static dev.hstu.retrieval.serving.TinyGenerations.id;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.retrieval.http.ServiceClient;
import dev.hstu.retrieval.http.ServiceClient.Answer;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Lines of a batch share a call of the encoder. One whose history the encoder fails on gets its
/// own problem, and the others of its window their answers.
class LinesFailAloneTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int REFUSED_ROW = 7;

  @TempDir Path folder;

  private PickyEncoder encoder;
  private RunningService service;
  private ServiceClient client;

  @BeforeEach
  void serveWithAnEncoderThatFailsOnOneItem() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    Path model = generations.store().root().resolve(generations.publish(1)).resolve("model");
    encoder = new PickyEncoder(model, REFUSED_ROW + 1);
    service =
        RunningService.start(generations.configuration(EncoderTier.endpoints(encoder.address())));
    client = new ServiceClient(service);
    service.awaitReady(Duration.ofSeconds(30));
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    service.close();
    encoder.close();
  }

  @Test
  void aHistoryThatCannotBeEncodedSpoilsNoOtherLine() throws Exception {
    // Windows of several lines; every fifth history has the item.
    List<String> lines =
        IntStream.range(0, 40).mapToObj(i -> line(i % 5 == 3 ? REFUSED_ROW : 20 + i)).toList();

    List<JsonNode> answers = batch(lines);

    assertThat(answers).hasSize(40);
    for (int i = 0; i < 40; i++) {
      JsonNode answer = answers.get(i);
      assertThat(answer.path("line").asInt()).isEqualTo(i + 1);
      if (i % 5 == 3) {
        assertThat(answer.has("answer")).isFalse();
        assertThat(answer.path("problem").path("type").asText())
            .isEqualTo("/errors#internal-error");
      } else {
        assertThat(answer.path("answer").path("candidates")).as(answer.toString()).hasSize(4);
      }
    }
    assertThat(answers.stream().map(answer -> answer.path("problem").path("detail").asText()))
        .as("each has an incident of its own")
        .filteredOn(detail -> !detail.isEmpty())
        .doesNotHaveDuplicates()
        .hasSize(8);
  }

  @Test
  void embeddingsOfOneRequestFailTogether() throws Exception {
    assertThat(embed(30, REFUSED_ROW).status()).isEqualTo(500);
    assertThat(embed(30, 31).status()).isEqualTo(200);
  }

  private Answer embed(int... rows) throws Exception {
    String body =
        IntStream.of(rows)
            .mapToObj(row -> line(row).replace(",\"k\":4", ""))
            .collect(Collectors.joining(",", "[", "]"));
    return client.send(
        client
            .request("/embed")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private List<JsonNode> batch(List<String> lines) throws Exception {
    Answer answer =
        client.send(
            client
                .request("/retrieve/batch")
                .header("Content-Type", "application/x-ndjson")
                .POST(BodyPublishers.ofString(String.join("\n", lines))));
    assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
    List<JsonNode> answers = new ArrayList<>();
    for (String line : answer.response().body().lines().toList()) {
      answers.add(JSON.readTree(line));
    }
    return answers;
  }

  private static String line(int row) {
    return "{\"events\":[{\"itemId\":%s,\"timestamp\":100}],\"requestTime\":5000,\"k\":4}"
        .formatted(id(row));
  }
}
