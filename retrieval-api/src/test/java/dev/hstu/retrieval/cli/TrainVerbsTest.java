package dev.hstu.retrieval.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.SasRecConfig;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.Provenance;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTable;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `hstu train` and `hstu embed` as a user types them.
final class TrainVerbsTest {

  private static final int ITEMS = 9;
  private static final int USERS = 12;
  private static final int EVENTS = 6;

  @TempDir private Path folder;

  private CommandLineRun last = new CommandLineRun(0, "", "");

  @BeforeEach
  void prepare() throws IOException {
    int[] items = new int[USERS * EVENTS];
    Arrays.setAll(items, i -> 1 + i * 5 % ITEMS);
    long[] times = new long[items.length];
    Arrays.setAll(times, i -> 1_000_000 + 100L * i);
    float[] actions = new float[items.length];
    for (int event = 0; event < actions.length; event++) {
      actions[event] = 1 + event % 5;
    }
    long[] offsets = new long[USERS + 1];
    Arrays.setAll(offsets, u -> (long) u * EVENTS);
    PreparedData.write(
        folder.resolve("data"),
        new Provenance(List.of(), new TreeMap<>(), Clock.parse("wall"), new TreeMap<>(), 0, 0),
        new InteractionLog(offsets, items, times, actions),
        ids("user", USERS),
        ids("item", ITEMS),
        genres());
  }

  /// One of three genres an item, and `all` for every item.
  private static AttributeTable genres() {
    AttributeTableBuilder builder =
        new AttributeTableBuilder(List.of(new AttributeColumn("genres", AttributeKind.LABELS)));
    for (int item = 0; item < ITEMS; item++) {
      builder.labels(0, List.of("all", "genre" + item % 3)).endRow();
    }
    return builder.build();
  }

  @Test
  void trainsAndEmbeds() throws IOException {
    assertThat(train("--epochs", "2", "--hold-out", "1", "--batch-users", "5", "--json")).isZero();
    JsonNode training = new ObjectMapper().readTree(last.out());
    assertThat(training.path("steps").asInt()).isEqualTo(2 * 3);
    assertThat(training.path("users").asInt()).isEqualTo(USERS);
    assertThat(last.err()).contains("small: 12 users (0 with too few events skipped), 48 events");

    Path vectors = folder.resolve("vectors.safetensors");
    assertThat(run("embed", "--model", path("model"), "--out", vectors.toString())).isZero();
    assertThat(last.out()).contains("9 vectors of dimension 32");
    try (SafetensorsFile file = SafetensorsFile.open(vectors)) {
      file.tensor("vectors", DType.F32, ITEMS, 32);
      assertThat(file.metadata())
          .containsEntry("model_fingerprint", training.path("fingerprint").asText());
    }
  }

  /// Who serves the model needs nothing but its folder: the labels and actions it knows and their
  /// order, the ids of its items, the clock of its times, its recipe, and which data it learnt
  /// from.
  @Test
  void aModelCarriesWhatServingNeeds() throws IOException {
    assertThat(train("--epochs", "1", "--labels", "genres", "--actions", "--seed", "7")).isZero();
    String data = PreparedData.open(folder.resolve("data")).fingerprint();
    try (OpenModel open = ModelFolder.open(folder.resolve("model"))) {
      Model model = open.model();
      assertThat(model.config().features())
          .isEqualTo(
              new ModelFeatures(
                  List.of(
                      new ModelFeatures.LabelColumn(
                          "genres", List.of("all", "genre0", "genre1", "genre2"))),
                  List.of(1f, 2f, 3f, 4f, 5f)));
      assertThat(model.vocabulary().size()).isEqualTo(ITEMS);
      assertThat(model.vocabulary().idAt(ITEMS - 1)).isEqualTo("item8");
      assertThat(model.clock()).isEqualTo(new Clock.Wall());
    }
    JsonNode record = new ObjectMapper().readTree(folder.resolve("model/training.json").toFile());
    assertThat(record.path("preset").asText()).isEqualTo("small");
    assertThat(record.path("data_fingerprint").asText()).isEqualTo(data);
    assertThat(record.path("hold_out").asInt()).isEqualTo(1);
    assertThat(record.path("seed").asLong()).isEqualTo(7);
  }

  /// Each user has 5 known events, so that with 2 an epoch meets 12 · 2/5 = 4 of them, in one step.
  @Test
  void trainsWithThePapersSettings() throws IOException {
    assertThat(
            train(
                "--epochs",
                "3",
                "--batch-users",
                "4",
                "--json",
                "--long-user-sampling",
                "2",
                "--softmax",
                "in-batch",
                "--table-optimizer",
                "row-wise-adamw"))
        .as(last.err())
        .isZero();
    assertThat(new ObjectMapper().readTree(last.out()).path("steps").asInt()).isEqualTo(3);
  }

  /// The temperature is the model's and stands in its folder; the second target is training's alone
  /// and changes what is learnt.
  @Test
  void trainsWithItsOwnTemperatureAndSecondTargets() throws IOException {
    assertThat(train("--epochs", "1", "--temperature", "0.07")).as(last.err()).isZero();
    Files.move(folder.resolve("model"), folder.resolve("plain"));
    assertThat(train("--epochs", "1", "--temperature", "0.07", "--second-target-weight", "0.2"))
        .as(last.err())
        .isZero();
    try (OpenModel plain = ModelFolder.open(folder.resolve("plain"));
        OpenModel second = ModelFolder.open(folder.resolve("model"))) {
      assertThat(second.model().config())
          .isEqualTo(new HstuConfig(ITEMS, 64, 2, 32, 1, 32, 32, 2, 0.07, 1))
          .isEqualTo(plain.model().config());
      assertThat(second.model().fingerprint()).isNotEqualTo(plain.model().fingerprint());
    }
    assertThat(run("evaluate", "--model", path("model"), "--data", path("data"))).isZero();
    assertThat(last.out()).contains("HR@10");
  }

  @Test
  void aTemperatureOrSecondTargetThatCannotBeIsRefused() {
    assertThat(train("--temperature", "0")).isEqualTo(2);
    assertThat(last.err())
        .contains("hstu: temperature=0.0 must be above 0 and finite, 0.05 is usual");
    assertThat(train("--second-target-weight", "2")).isEqualTo(2);
    assertThat(last.err()).contains("hstu: secondTargetWeight=2.0 must be within 0..1");
    assertThat(train("--second-target-weight", "0.2", "--softmax", "all-items")).isEqualTo(2);
    assertThat(last.err())
        .contains("hstu: secondTargetWeight=0.2 must be 0 with the softmax over all items");
    assertThat(folder.resolve("model")).doesNotExist();
  }

  @Test
  void shapesOfTheCommandLineReplaceThePresets() throws IOException {
    assertThat(
            train(
                "--epochs",
                "1",
                "--dim",
                "24",
                "--heads",
                "3",
                "--head-dim",
                "5",
                "--blocks",
                "4",
                "--window",
                "3"))
        .isZero();
    try (OpenModel open = ModelFolder.open(folder.resolve("model"))) {
      assertThat(open.model().config())
          .isEqualTo(new HstuConfig(ITEMS, 3, 2, 24, 3, 5, 5, 4, 0.05, 1));
    }
    Path vectors = folder.resolve("vectors.safetensors");
    assertThat(run("embed", "--model", path("model"), "--out", vectors.toString())).isZero();
    assertThat(last.out()).contains("9 vectors of dimension 24");
  }

  @Test
  void shapesThatAreLeftOutStayThePresets() throws IOException {
    assertThat(train("--epochs", "1", "--dim", "48")).isZero();
    try (OpenModel open = ModelFolder.open(folder.resolve("model"))) {
      assertThat(open.model().config())
          .isEqualTo(new HstuConfig(ITEMS, 64, 2, 48, 1, 32, 32, 2, 0.05, 1));
    }
  }

  @Test
  void theBaselineTrainsAndIsEvaluatedLikeAnyModel() throws IOException {
    assertThat(train("--preset", "sasrec", "--epochs", "2", "--hold-out", "1", "--watch-test"))
        .isZero();
    assertThat(last.err()).contains("sasrec: 12 users");
    try (OpenModel open = ModelFolder.open(folder.resolve("model"))) {
      assertThat(open.model().config())
          .isEqualTo(new SasRecConfig(ITEMS, 200, 11, 50, 1, 50, 2, 0.05, 1, ModelFeatures.NONE));
    }
    Path vectors = folder.resolve("vectors.safetensors");
    assertThat(run("embed", "--model", path("model"), "--out", vectors.toString())).isZero();
    assertThat(last.out()).contains("9 vectors of dimension 50");
    assertThat(run("evaluate", "--model", path("model"), "--data", path("data"))).isZero();
    assertThat(last.out()).contains("HR@10");
  }

  @Test
  void shapesOfTheCommandLineFitTheBaselineOrAreRefused() throws IOException {
    assertThat(train("--preset", "sasrec", "--epochs", "1", "--dim", "24", "--heads", "3"))
        .isZero();
    try (OpenModel open = ModelFolder.open(folder.resolve("model"))) {
      assertThat(open.model().config())
          .isEqualTo(new SasRecConfig(ITEMS, 200, 11, 24, 3, 24, 2, 0.05, 1, ModelFeatures.NONE));
    }
    assertThat(train("--preset", "sasrec", "--heads", "3")).isEqualTo(2);
    assertThat(last.err()).contains("--heads=3 must divide the width 50 of --dim");
    assertThat(train("--preset", "sasrec", "--head-dim", "5")).isEqualTo(2);
    assertThat(last.err()).contains("--head-dim=5 is not for sasrec, whose heads share --dim");
  }

  @ParameterizedTest
  @CsvSource({
    "--dim, 0, 1024",
    "--dim, 1025, 1024",
    "--heads, 65, 64",
    "--blocks, 0, 64",
    "--head-dim, -1, 1024",
    "--window, 16385, 16384"
  })
  void aShapeOutOfBoundsIsNamedByItsOption(String option, String value, int most) {
    assertThat(train(option, value)).isEqualTo(2);
    assertThat(last.err())
        .contains("hstu: %s=%s must be within 1..%d".formatted(option, value, most));
    assertThat(folder.resolve("model")).doesNotExist();
  }

  @Test
  void embedsUsersOfPreparedDataForATime() throws IOException {
    assertThat(train("--epochs", "1", "--hold-out", "1", "--batch-users", "5")).isZero();
    Path vectors = folder.resolve("users.safetensors");
    String[] users = {
      "embed",
      "--model",
      path("model"),
      "--users",
      path("data"),
      "--engine",
      "reference",
      "--out",
      vectors.toString(),
      "--request-time",
      "2000000"
    };
    assertThat(run(users)).isZero();
    assertThat(last.out()).contains("12 vectors of dimension 32");
    try (SafetensorsFile file = SafetensorsFile.open(vectors)) {
      file.tensor("vectors", DType.F32, USERS, 32);
      assertThat(file.metadata()).containsEntry("request_time", "2000000");
    }
    users[users.length - 1] = "5";
    assertThat(run(users)).isEqualTo(2);
    assertThat(last.err()).contains("request time 5 must be within");
    String[] items = {
      "embed", "--model", path("model"), "--out", vectors.toString(), "--request-time", "5"
    };
    assertThat(run(items)).isEqualTo(2);
    assertThat(last.err()).contains("--request-time=5 is for users; name data with --users");
  }

  @Test
  void choosesAnEpochByValidationWhenTwoEventsAreHeldOut() throws IOException {
    assertThat(train("--epochs", "3", "--hold-out", "2", "--validate-every", "1", "--json"))
        .isZero();
    JsonNode training = new ObjectMapper().readTree(last.out());
    assertThat(training.path("epoch").asInt()).isBetween(1, 3);
    assertThat(training.path("validation_score").asDouble()).isBetween(0.0, 1.0);
    assertThat(last.err()).contains("epoch 3 on the validation event: HR@10");
    JsonNode curve =
        new ObjectMapper().readTree(folder.resolve("model/training-curve.json").toFile());
    assertThat(curve.path("points").findValuesAsText("epoch")).containsExactly("1", "2", "3");
    assertThat(curve.path("points").findValues("score")).hasSize(3);
  }

  @Test
  void trainsAnEnsembleAndMeasuresIt() throws IOException {
    String[] options = {
      "--epochs", "2", "--members", "2", "--seed", "7", "--hold-out", "2", "--json"
    };
    assertThat(train(options)).isZero();
    JsonNode whole = new ObjectMapper().readTree(last.out());
    assertThat(whole.path("members").asInt()).isEqualTo(2);
    assertThat(whole.path("members_done_before").asInt()).isZero();
    assertThat(whole.path("epoch")).hasSize(2);
    assertThat(whole.path("validation_score").asDouble()).isBetween(0.0, 1.0);
    assertThat(last.err())
        .contains("member 1 of 2, small: 12 users", "member 2 of 2, small: 12 users")
        .contains("member 2 of 2, epoch 2 on the validation event: HR@10")
        .contains("ensemble on the validation event: HR@10");
    assertThat(folder.resolve("model.training")).doesNotExist();
    JsonNode record = new ObjectMapper().readTree(folder.resolve("model/training.json").toFile());
    assertThat(record.path("members").asInt()).isEqualTo(2);
    assertThat(record.path("seed").asLong()).isEqualTo(7);
    JsonNode curve =
        new ObjectMapper().readTree(folder.resolve("model/training-curve.json").toFile());
    assertThat(curve.path("members")).hasSize(2);
    assertThat(curve.path("members").get(1).path("points").findValuesAsText("epoch"))
        .containsExactly("1", "2");
    assertThat(train("--epochs", "1", "--members", "17")).isEqualTo(2);
    assertThat(last.err()).contains("hstu: members=17 must be within 1..16");
  }

  @Test
  void refusesInOneSentence() {
    assertThat(train("--epochs", "1")).isZero();
    assertThat(train("--epochs", "1")).isEqualTo(2);
    assertThat(last.err()).contains("hstu: --out").contains("exists already");
    assertThat(train("--preset", "huge")).isEqualTo(2);
    assertThat(last.err()).contains("hstu: preset 'huge' is not known; choose one of");
    assertThat(train("--table-optimizer", "adagrad")).isEqualTo(2);
    assertThat(last.err())
        .contains("hstu: --table-optimizer=adagrad is not known; write adamw or row-wise-adamw");
    assertThat(train("--epochs", "0")).isEqualTo(2);
    assertThat(last.err()).contains("hstu: epochs=0 must be within 1..10000");
    assertThat(run("train", "--data", path("none"), "--out", path("other"))).isEqualTo(2);
    assertThat(last.err()).contains("none/manifest.json");
    assertThat(run("embed", "--model", path("none"), "--out", path("vectors"))).isEqualTo(2);
    assertThat(last.err()).contains("none/config.json");
    assertThat(run("train", "--data", path("data"), "--out", path("other"), "--device", "gpu9"))
        .isEqualTo(2);
    assertThat(last.err()).contains("device gpu9 is not there");
  }

  private int train(String... options) {
    List<String> arguments =
        List.of("train", "--data", path("data"), "--out", path("model"), "--preset", "small");
    if (List.of(options).contains("--preset")) {
      arguments = arguments.subList(0, 5);
    }
    return run(Stream.concat(arguments.stream(), Arrays.stream(options)).toArray(String[]::new));
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
