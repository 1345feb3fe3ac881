package dev.hstu.retrieval.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.retrieval.network.LoopbackOnly;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The offline verbs as a user types them, from a simulated world to a published generation and its
/// measurement, with the engine that would report home if it were let: nothing leaves the machine.
@ExtendWith(LoopbackOnly.class)
final class MainJobTest {

  private static final Path GOLDEN =
      Path.of(
          System.getProperty("hstu.root"), "encoder/src/test/resources/golden/tiny.safetensors");

  @TempDir Path folder;

  private CommandLineRun last = new CommandLineRun(0, "", "");

  @Test
  void aWorldBecomesAMeasuredGeneration() throws Exception {
    Path demo = folder.resolve("demo");

    assertThat(
            run("demo", "--no-serve", "--dir", demo, "--users", 300, "--items", 400, "--epochs", 8))
        .isZero();

    GenerationStore store = GenerationStore.at(demo.resolve("generations"));
    String id = store.currentId().orElseThrow();
    assertThat(store.latestId()).contains(id);
    try (Generation open = store.open(id)) {
      assertThat(open.ids().size()).isEqualTo(400);
      assertThat(open.manifest().evaluation())
          .containsKeys("exact.exclude=all.hr@100", "index.exclude=all.recall@500");
      double model = open.manifest().evaluation().get("exact.exclude=all.hr@100");
      double popularity = open.manifest().evaluation().get("popularity.exclude=all.hr@100");
      assertThat(model).isGreaterThan(popularity);
    }

    Path report = folder.resolve("report.html");
    assertThat(
            run(
                "evaluate",
                "--data",
                demo.resolve("data"),
                "--generation",
                "current",
                "--generations",
                demo.resolve("generations"),
                "--html",
                report,
                "--json"))
        .isZero();
    assertThat(Files.readString(report))
        .contains("<svg", "HR@100", id)
        .doesNotContain("http:")
        .doesNotContain("https:")
        .doesNotContain("<script");
    assertThat(run("generations", "--generations", demo.resolve("generations"))).isZero();
    assertThat(run("engines")).isZero();
    assertThat(run("verify", GOLDEN)).isZero();
    assertThat(run("rollback", "--generations", demo.resolve("generations"))).isEqualTo(2);
  }

  @Test
  void aModelThatHasSeenTheTargetsIsNotMeasured() {
    Path world = folder.resolve("world");
    Path data = folder.resolve("data");
    Path model = folder.resolve("model");
    run("simulate", "--out", world, "--users", 60, "--items", 400);
    run(
        "import",
        "--interactions",
        world.resolve("interactions.csv.gz"),
        "--items",
        world.resolve("items.csv"),
        "--out",
        data);
    assertThat(
            run(
                "train",
                "--data",
                data,
                "--preset",
                "small",
                "--epochs",
                1,
                "--hold-out",
                0,
                "--out",
                model))
        .isZero();

    assertThat(run("evaluate", "--data", data, "--model", model)).isEqualTo(2);
    assertThat(last.err()).contains("--hold-out 0").contains("--hold-out 1");
  }

  @Test
  void validationChoosesTheEpochAndSaysSo() throws Exception {
    Path world = folder.resolve("world");
    Path data = folder.resolve("data");
    Path model = folder.resolve("model");
    run("simulate", "--out", world, "--users", 60, "--items", 400);
    run("import", "--interactions", world.resolve("interactions.csv.gz"), "--out", data);

    assertThat(
            run(
                "train",
                "--data",
                data,
                "--preset",
                "small",
                "--epochs",
                3,
                "--hold-out",
                2,
                "--validate-every",
                1,
                "--out",
                model))
        .isZero();

    JsonNode record = new ObjectMapper().readTree(model.resolve("training.json").toFile());
    assertThat(record.get("hold_out").asInt()).isEqualTo(2);
    assertThat(record.get("epoch").asInt()).isBetween(1, 3);
    assertThat(record.get("selection").asText()).contains("validation");
  }

  private int run(Object... arguments) {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    last = CommandLineRun.of(words);
    return last.exitCode();
  }
}
