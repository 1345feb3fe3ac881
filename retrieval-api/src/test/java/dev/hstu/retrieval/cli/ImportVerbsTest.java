package dev.hstu.retrieval.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `hstu simulate`, `hstu import` and `hstu import-checkpoint` as a user types them: tables, JSON,
/// sentences and exit codes.
class ImportVerbsTest {

  @TempDir private Path folder;

  private CommandLineRun last = new CommandLineRun(0, "", "");

  @Test
  void aSimulatedWorldGoesThroughImport() throws IOException {
    assertThat(
            run(
                "simulate",
                "--out",
                path("w"),
                "--users",
                "100",
                "--items",
                "200",
                "--events-per-user",
                "10",
                "--json"))
        .isZero();
    JsonNode world = new ObjectMapper().readTree(last.out());
    assertThat(world.path("oracle_hr").get(3).asDouble()).isPositive();

    assertThat(importing("w/interactions.csv.gz", "d", "--items", path("w/items.csv"), "--json"))
        .isZero();
    JsonNode imported = new ObjectMapper().readTree(last.out());
    assertThat(imported.path("imported").asBoolean()).isTrue();
    assertThat(imported.at("/events/kept").asInt()).isEqualTo(world.path("events").asInt());
    assertThat(imported.at("/events/users").asInt()).isEqualTo(100);
    assertThat(imported.at("/events/items").asInt()).isEqualTo(200);
    assertThat(imported.at("/rows/bad").asInt()).isZero();
  }

  @Test
  void aSummaryIsPrintedAndBadRowsAreShown() throws IOException {
    log("user_id,item_id,timestamp\n1,a,5\n1,b\n1,c,3\n1,a,5\n");
    assertThat(importing("log.csv", "d", "--max-bad-share", "0.5")).isZero();

    assertThat(last.out())
        .containsPattern("rows read +4")
        .containsPattern("rows dropped +1 +wrong number of fields 1")
        .containsPattern("duplicates dropped +1")
        .containsPattern("events kept +2")
        .containsPattern("out of order, sorted +1")
        .contains("1970-01-01T00:00:03Z to 1970-01-01T00:00:05Z");
    assertThat(last.err()).contains(path("log.csv") + ":line 3: wrong number of fields: 2 fields");
  }

  @Test
  void tooManyBadRowsEndWithExitCodeTwoAndOneSentence() throws IOException {
    log("user_id,item_id,timestamp\n1,a,5\n1,b\n");

    assertThat(importing("log.csv", "d")).isEqualTo(2);
    assertThat(last.err())
        .contains(
            "hstu: 50.00% of the rows of the interactions are bad (wrong number of fields 1), more than the 1.00% allowed; nothing was written; mend them or set --max-bad-share");
    assertThat(folder.resolve("d")).doesNotExist();
  }

  @Test
  void everyOptionArrives() throws IOException {
    log(
        "who;what;how;when\n7;x;buy;1700000000123\n7;x;look;1700000000999\n8;y;buy;1700000002000\n");
    assertThat(
            importing(
                "log.csv",
                "d",
                "--format",
                "csv",
                "--columns",
                "user=who,item=what,action=how,time=when",
                "--time-unit",
                "ms",
                "--action-values",
                "buy=5,look=1",
                "--clock",
                "sequence(step=10)",
                "--id-type",
                "UTF8",
                "--drop-repeats",
                "--json"))
        .isZero();
    JsonNode imported = new ObjectMapper().readTree(last.out());
    assertThat(imported.at("/events/clock").asText()).isEqualTo("sequence(step=10)");
    assertThat(imported.at("/events/repeats_dropped").asInt()).isEqualTo(1);
    assertThat(imported.at("/events/item_id_type").asText()).isEqualTo("utf8");
    assertThat(imported.at("/events/last_time").asInt()).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=xml",
        "--clock=sundial",
        "--time-unit=min",
        "--columns=user",
        "--columns=user=nobody",
        "--item-columns=id",
        "--max-bad-share=2",
        "--items=missing.csv"
      })
  void badInputIsOneSentenceAndExitCodeTwo(String option) throws IOException {
    log("user_id,item_id,timestamp\n1,a,5\n");

    assertThat(importing("log.csv", "d", option)).isEqualTo(2);
    assertThat(last.err()).startsWith("hstu: ").hasLineCount(1).doesNotContain("Exception");
    assertThat(folder.resolve("d")).doesNotExist();
  }

  @Test
  void aGoldenFilesWeightsBecomeAModel() throws IOException {
    Path golden =
        Path.of(
            System.getProperty("hstu.root", ".."),
            "encoder/src/test/resources/golden/tiny.safetensors");
    int items = itemsOf(golden);
    StringBuilder catalogue = new StringBuilder("item_id\n");
    for (int i = 1; i <= items; i++) {
      catalogue.append(i).append('\n');
    }
    Files.writeString(folder.resolve("items.csv"), catalogue);
    log("user_id,item_id,timestamp\n1,1,5\n");
    assertThat(importing("log.csv", "d", "--items", path("items.csv"))).isZero();

    List<String> verb =
        List.of(
            "import-checkpoint",
            "--weights",
            golden.toString(),
            "--data",
            path("d"),
            "--out",
            path("m"));
    assertThat(run(verb.toArray(String[]::new))).as(last.err()).isZero();
    assertThat(last.out()).containsPattern("items +" + items).contains("wall");
    assertThat(folder.resolve("m").resolve("training.json"))
        .content()
        .contains(
            "\"selection\" : \"external\"", PreparedData.open(folder.resolve("d")).fingerprint());
    assertThat(run(verb.toArray(String[]::new))).isEqualTo(2);
    assertThat(last.err()).contains("exists");
    assertThat(run("embed", "--model", path("m"), "--out", path("vectors.safetensors"))).isZero();
  }

  private static int itemsOf(Path golden) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(golden)) {
      return new ObjectMapper().readTree(file.metadata().get("config")).path("items").asInt();
    }
  }

  private void log(String content) throws IOException {
    Files.writeString(folder.resolve("log.csv"), content);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private int importing(String log, String to, String... options) {
    String[] arguments = {"import", "--interactions", path(log), "--out", path(to)};
    String[] all = Arrays.copyOf(arguments, arguments.length + options.length);
    System.arraycopy(options, 0, all, arguments.length, options.length);
    return run(all);
  }

  private int run(String... arguments) {
    last = CommandLineRun.of(arguments);
    return last.exitCode();
  }
}
