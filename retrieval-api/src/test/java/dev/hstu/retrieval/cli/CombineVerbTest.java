package dev.hstu.retrieval.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.Provenance;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `hstu combine` as a user types it: trained models in, one out that is evaluated and served as
/// any, and models that don't fit refused in one sentence.
final class CombineVerbTest {

  private static final int ITEMS = 9;
  private static final int USERS = 12;
  private static final int EVENTS = 6;

  @TempDir private Path folder;

  private CommandLineRun last = new CommandLineRun(0, "", "");

  @BeforeEach
  void prepare() throws IOException {
    writeData("data", ITEMS);
  }

  private void writeData(String name, int items) throws IOException {
    int[] met = new int[USERS * EVENTS];
    Arrays.setAll(met, i -> 1 + i * 5 % items);
    long[] times = new long[met.length];
    Arrays.setAll(times, i -> 1_000_000 + 100L * i);
    float[] actions = new float[met.length];
    Arrays.fill(actions, 3f);
    long[] offsets = new long[USERS + 1];
    Arrays.setAll(offsets, u -> (long) u * EVENTS);
    AttributeTableBuilder attributes = new AttributeTableBuilder(List.of());
    for (int item = 0; item < items; item++) {
      attributes.endRow();
    }
    PreparedData.write(
        folder.resolve(name),
        new Provenance(List.of(), new TreeMap<>(), Clock.parse("wall"), new TreeMap<>(), 0, 0),
        new InteractionLog(offsets, met, times, actions),
        ids("user", USERS),
        ids("item", items),
        attributes.build());
  }

  @Test
  void combinedModelsScoreAsTheMeanOfTheirs() throws IOException {
    train("one", "--seed", "1");
    train("two", "--seed", "2", "--dim", "24", "--hold-out", "2", "--validate-every", "1");
    assertThat(combine("--model", path("one"), "--model", path("two"), "--json")).isZero();
    JsonNode told = new ObjectMapper().readTree(last.out());
    assertThat(told.path("members").asInt()).isEqualTo(2);
    assertThat(told.path("embedding_dim").asInt()).isEqualTo(32 + 24);

    JsonNode record = json("both/training.json");
    assertThat(record.path("members").asInt()).isEqualTo(2);
    assertThat(record.path("hold_out").asInt()).isEqualTo(1);
    assertThat(json("both/training-curve.json").path("members")).hasSize(2);
    double[] one = scores("one");
    double[] two = scores("two");
    double[] both = scores("both");
    for (int item = 0; item < ITEMS; item++) {
      assertThat(both[item]).isCloseTo((one[item] + two[item]) / 2, within(1e-6));
    }
    assertThat(
            run(
                "evaluate",
                "--model",
                path("both"),
                "--data",
                path("data"),
                "--html",
                path("page")))
        .isZero();
    assertThat(last.out()).contains("engine 2 × djl");
    assertThat(folder.resolve("page"))
        .content()
        .contains("D=56, an ensemble of 2 networks", "loss, member 2");
  }

  @Test
  void anEnsembleJoinsWithItsMembers() throws IOException {
    for (String name : List.of("one", "two", "three")) {
      train(name, "--seed", Integer.toString(name.length() + name.charAt(0)));
    }
    assertThat(combine("--model", path("one"), "--model", path("two"))).isZero();
    assertThat(last.out()).contains("members").contains("an ensemble of 2 networks");
    assertThat(
            run("combine", "--model", path("both"), "--model", path("three"), "--out", path("all")))
        .isZero();
    try (OpenModel open = ModelFolder.open(folder.resolve("all"));
        OpenModel third = ModelFolder.open(folder.resolve("three"))) {
      assertThat(open.model().networks()).hasSize(3);
      assertThat(open.model().networks().getLast().fingerprint())
          .isEqualTo(third.model().fingerprint());
    }
    assertThat(json("all/training.json").path("members").asInt()).isEqualTo(3);
  }

  @Test
  void aModelOfUnknownTrainingGivesAnEnsembleOfUnknownTraining() throws IOException {
    train("one", "--seed", "1");
    train("two", "--seed", "2");
    Files.delete(folder.resolve("two/training.json"));
    Files.delete(folder.resolve("two/training-curve.json"));
    assertThat(combine("--model", path("one"), "--model", path("two"))).isZero();
    assertThat(folder.resolve("both/training.json")).doesNotExist();
    assertThat(folder.resolve("both/training-curve.json")).doesNotExist();
  }

  @Test
  void refusesInOneSentence() throws IOException {
    train("one", "--seed", "1");
    assertRefused("members=1 must be within 2..16", "one");
    assertRefused("member 2 is member 1 again", "one", "one");
    assertRefused("none/config.json", "one", "none");
    train("short", "--window", "5");
    assertRefused("maxEvents=5 of member 2 must be 64", "one", "short");
    train("acting", "--actions");
    assertRefused(
        "0 labels, 1 actions, 0 series values of member 2 must be those of member 1",
        "one",
        "acting");
    writeData("other", ITEMS + 1);
    assertThat(
            run(
                "train",
                "--data",
                path("other"),
                "--out",
                path("stranger"),
                "--preset",
                "small",
                "--epochs",
                "1"))
        .isZero();
    assertRefused("items=10 of member 2 must be 9", "one", "stranger");
    train("two", "--seed", "2");
    assertThat(combine("--model", path("one"), "--model", path("two"))).isZero();
    assertRefused("both exists already", "one", "two");
  }

  private void assertRefused(String reason, String... models) {
    String[] options =
        Stream.of(models).flatMap(name -> Stream.of("--model", path(name))).toArray(String[]::new);
    assertThat(combine(options)).isEqualTo(2);
    assertThat(last.err()).startsWith("hstu: ").contains(reason).hasLineCount(1);
  }

  private int combine(String... options) {
    return run(
        Stream.concat(Stream.of("combine", "--out", path("both")), Stream.of(options))
            .toArray(String[]::new));
  }

  private void train(String name, String... options) {
    Stream<String> fixed =
        Stream.of(
            "train",
            "--data",
            path("data"),
            "--out",
            path(name),
            "--preset",
            "small",
            "--epochs",
            "1",
            "--batch-users",
            "5");
    assertThat(run(Stream.concat(fixed, Stream.of(options)).toArray(String[]::new)))
        .as(last.err())
        .isZero();
  }

  /// The scores of all items for one history.
  private double[] scores(String name) throws IOException {
    EngineChoice reference = EngineChoice.of(Engine.REFERENCE);
    try (OpenModel open = ModelFolder.open(folder.resolve(name));
        UserEncoder encoder = Encoder.open(open.model(), reference)) {
      Model model = open.model();
      UserHistory history =
          new UserHistory(new int[] {1, 6, 2}, new long[] {1_000, 2_000, 9_000}, 20_000);
      float[] user = encoder.encode(List.of(history))[0];
      float[] vector = new float[model.config().embeddingDim()];
      double[] scores = new double[ITEMS];
      for (int item = 1; item <= ITEMS; item++) {
        model.copyItemVector(item, vector, 0);
        for (int i = 0; i < vector.length; i++) {
          scores[item - 1] += (double) user[i] * vector[i];
        }
      }
      return scores;
    }
  }

  private JsonNode json(String name) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(name).toFile());
  }

  private int run(String... arguments) {
    last = CommandLineRun.of(arguments);
    return last.exitCode();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static IdTable ids(String prefix, int count) {
    return IdTable.ofStrings(IntStream.range(0, count).mapToObj(i -> prefix + i).toList());
  }
}
