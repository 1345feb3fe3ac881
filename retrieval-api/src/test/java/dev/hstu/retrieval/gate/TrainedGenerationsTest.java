package dev.hstu.retrieval.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.generation.GenerationStore;
import dev.hstu.retrieval.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models that were really trained, one seed after another on one world: each passes beside the one
/// before, through the verbs a user types. Trained for all epochs of the preset: after eight of
/// them two seeds differ by a fifth in HR@100, which the gate rightly blocks.
@Tag("soak")
final class TrainedGenerationsTest {

  private static final List<String> SEEDS = List.of("1", "2", "3");

  @TempDir private Path folder;

  @Test
  void everySeedPassesBesideTheOneBefore() throws IOException {
    run("simulate", "--out", path("world"), "--users", "1200", "--items", "900");
    run("import", "--interactions", path("world/interactions.csv.gz"), "--out", path("data"));
    GenerationStore store = GenerationStore.at(folder.resolve("generations"));

    for (String seed : SEEDS) {
      List<String> train = new ArrayList<>(List.of("train", "--data", path("data")));
      train.addAll(List.of("--preset", "small", "--seed", seed));
      train.addAll(List.of("--out", path("model" + seed)));
      run(train.toArray(new String[0]));
      run("embed", "--model", path("model" + seed), "--out", path("vectors" + seed));
      List<String> build = new ArrayList<>(List.of("build", "--data", path("data"), "--publish"));
      build.addAll(List.of("--model", path("model" + seed), "--vectors", path("vectors" + seed)));
      build.addAll(List.of("--generations", path("generations")));
      run(build.toArray(new String[0]));

      String id = store.currentId().orElseThrow();
      assertThat(store.latestId()).contains(id);
      assertThat(new PublicationLog(store.root()).last(id).orElseThrow().blockedBy()).isEmpty();
      assertThat(Files.readString(new VerdictFolder(store.root()).json(id))).contains("hit-rate");
    }
  }

  private void run(String... arguments) {
    assertThat(Cli.commandLine().execute(arguments)).as(String.join(" ", arguments)).isZero();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }
}
