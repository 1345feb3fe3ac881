package dev.hstu.retrieval.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hstu.index.live.ItemUpdate;
import dev.hstu.index.live.LogSettings;
import dev.hstu.index.live.UpdateLog;
import dev.hstu.retrieval.access.KeysFile;
import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.http.ServiceClient;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `hstu explain` as a user types it: the document is that of a running service, from the files
/// alone and while the service runs.
final class ExplainVerbTest {

  @TempDir private Path folder;

  @Test
  void itSaysWhatARunningServiceSays() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    try (RunningService service =
            RunningService.start(generations.configuration(Map.of("updates.enabled", "true")));
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(Duration.ofSeconds(30));
      client.delete("/items/" + TinyGenerations.id(9));
      for (int row : new int[] {0, 3, 9, 40, 77}) {
        String body =
            "{\"itemId\":%s,\"events\":[{\"itemId\":%s,\"timestamp\":10},{\"itemId\":%s,\"timestamp\":20}],\"requestTime\":30,\"k\":5}"
                .formatted(TinyGenerations.id(row), TinyGenerations.id(3), TinyGenerations.id(8));

        JsonNode offline = explain(body, "--json", "--engine", "reference").json();

        JsonNode served =
            client
                .send(
                    client
                        .request("/explain")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)))
                .json();
        assertThat(offline).isEqualTo(served);
      }
    }
  }

  @Test
  void itPrintsTheVerdictWithTablesOfWhatTheScoreIsMadeOf() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);

    CommandLineRun run =
        explain(
            "{\"events\":[{\"itemId\":%s,\"timestamp\":10}],\"requestTime\":30,\"k\":5}"
                .formatted(TinyGenerations.id(3)),
            "--engine",
            "reference",
            "--item",
            TinyGenerations.id(3));

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith(
            "item %s: the user has seen it, last at 10\nscore ".formatted(TinyGenerations.id(3)))
        .contains("closest in the history")
        .containsPattern("%s +10 +all".formatted(TinyGenerations.id(3)))
        .containsPattern("%s +10 +1.0000".formatted(TinyGenerations.id(3)));
  }

  @Test
  void withoutUpdatesTheGenerationIsAskedAsBuilt() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    Path updates = generations.store().root().resolve(UpdateLog.FOLDER);
    try (UpdateLog log = UpdateLog.open(updates, LogSettings.DEFAULT)) {
      log.submit("0".repeat(64), List.of(new ItemUpdate.Delete(TinyGenerations.id(5)))).get();
    }
    String body = "{\"itemId\":\"%s\",\"k\":1000}".formatted(TinyGenerations.id(5));

    assertThat(explain(body, "--engine", "reference").out()).contains("deleted by update 1");
    assertThat(explain(body, "--engine", "reference", "--without-updates").out())
        .contains("returned at place");
  }

  @Test
  void aRunningServiceIsAskedForWhatOnlyItKnows() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    generations.publish(1);
    Path keys = folder.resolve("keys.json");
    String key = new KeysFile(keys).add("engineer", Role.WRITE).text();
    Path keyFile = Files.writeString(folder.resolve("key"), key + "\n");
    Map<String, String> settings =
        Map.of(
            "users.folder",
            folder.resolve("users").toString(),
            "access.keys-file",
            keys.toString());
    try (RunningService service = RunningService.start(generations.configuration(settings));
        ServiceClient client = new ServiceClient(service)) {
      service.awaitReady(Duration.ofSeconds(30));
      client.send(
          client
              .request("/users/anna/events")
              .header("Authorization", "Bearer " + key)
              .header("Content-Type", "application/json")
              .PUT(
                  BodyPublishers.ofString(
                      "{\"events\":[{\"itemId\":%s,\"timestamp\":10}]}"
                          .formatted(TinyGenerations.id(3)))));
      String body = "{\"userId\":\"anna\",\"requestTime\":30,\"k\":5}";
      String url = service.address().toString();
      String item = TinyGenerations.id(3);

      CommandLineRun asked =
          explain(body, "--url", url, "--key-file", keyFile.toString(), "--item", item);
      assertThat(asked.out()).as(asked.err()).contains("the user has seen it, last at 10");
      assertThat(asked.out()).contains("closest in the history");
      JsonNode json =
          explain(body, "--url", url, "--key-file", keyFile.toString(), "--item", item, "--json")
              .json();
      assertThat(json.path("verdict").path("seenAt").asLong()).isEqualTo(10);

      CommandLineRun offline = explain(body, "--engine", "reference", "--item", item);
      assertThat(offline.err()).contains("what a service stores of the userId is not read here");
      assertThat(offline.out()).doesNotContain("seen it");

      refused(explain(body, "--url", url, "--item", item), "answers 401: the request shows no key");
      refused(
          explain(body, "--url", url, "--key-file", keyFile.toString()), "answers 400: /itemId:");
      refused(explain(body, "--url", url, "--max-events", "3"), "leave them out with --url");
      refused(explain(body, "--url", "ftp://x"), "--url=ftp://x must be http://HOST:PORT");
      refused(explain("[]", "--url", url, "--item", item), "no JSON object");
      refused(explain(body, "--url", "http://127.0.0.1:1", "--item", item), "cannot be asked");
      refused(
          explain(
              "{\"userId\":\"anna\",\"excludeServedDays\":2}",
              "--engine",
              "reference",
              "--item",
              item),
          "ask the one that served it with --url");
    }
  }

  private static void refused(CommandLineRun run, String message) {
    assertThat(run.exitCode()).as(run.out()).isEqualTo(2);
    assertThat(run.err()).contains(message).doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"k":0}                                       | /k: k=0 must be within 1..1000
          {"k":5}                                       | no item is named; add --item
          {"itemId":1,"filter":{"in":{"nope":["x"]}}}   | /filter/in/nope: column 'nope' is unknown
          """)
  void wrongInputEndsWithOneSentence(String body, String message) throws Exception {
    new TinyGenerations(folder).publish(1);

    CommandLineRun run = explain(body, "--engine", "reference");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(message).doesNotContain("\tat ");
  }

  private CommandLineRun explain(String body, String... more) throws IOException {
    Path request = Files.writeString(folder.resolve("request.json"), body);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "explain",
                "--generations",
                folder.resolve("generations").toString(),
                "--request",
                request.toString()));
    arguments.addAll(List.of(more));
    return CommandLineRun.of(arguments.toArray(String[]::new));
  }
}
