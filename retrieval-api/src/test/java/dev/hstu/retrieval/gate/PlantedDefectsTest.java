package dev.hstu.retrieval.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.generation.ResealedGeneration;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.retrieval.config.GateSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Twelve defects, each planted where a pipeline gets it: in the inputs of a build that then seals
/// what it was given, or, where the builder refuses it, in a built generation that is sealed again,
/// as another builder would have. No checksum tells; the check named does.
final class PlantedDefectsTest {

  private static final GateWorld WORLD = new GateWorld(1, 600, 250, 0, 0);
  private static final IndexSettings THREE_SHARDS = IndexSettings.DEFAULT.withShards(3);
  private static final PublishGate GATE =
      new PublishGate(
          GateSettings.of(List.of()), EngineChoice.of(Engine.REFERENCE).withThreads(1), 2);

  @TempDir private static Path folder;

  private static GenerationStore store;

  /// Yesterday's generation, live; the candidates are the next day's, trained anew.
  @BeforeAll
  static void publishYesterday() throws IOException {
    store = GenerationStore.at(folder.resolve("generations"));
    Night yesterday = WORLD.night(0, 1);
    yesterday.index = THREE_SHARDS;
    store.publish(yesterday.build(store, folder));
  }

  @Test
  void withoutDefectNothingBlocks() throws IOException {
    GateVerdict verdict = GATE.judge(store, today().build(store, folder));

    assertThat(verdict.blocked()).isEmpty();
    assertThat(verdict.passed()).isTrue();
    assertThat(verdict.cautions()).isEmpty();
  }

  /// Name, expected check, and what goes wrong in the night's inputs.
  static Stream<Arguments> defectsOfInputs() {
    return Stream.of(
        // A checkpoint imported with its rows in another order: model and vectors agree, users
        // get noise.
        defect("permuted ids", "hit-rate@100", PlantedDefectsTest::permuteVocabulary),
        defect("permuted ids", "beats-popularity", PlantedDefectsTest::permuteVocabulary),
        // The vectors' ids sorted on the way, and not their rows.
        defect("permuted ids", "model-vectors", night -> night.vectorStep = rewrite(Rows::sortIds)),
        // A data frame read with 32-bit columns: data, model and vectors agree.
        defect("ids cut to 32 bits", "id-width", PlantedDefectsTest::cutIds),
        // Yesterday's vectors, their fingerprint made to fit by a script.
        defect(
            "another model's vectors",
            "model-vectors",
            night -> night.vectorStep = PlantedDefectsTest::writeVectorsOfAnotherModel),
        // Local times of UTC+8 read as if they were UTC, which lie in the future; those of UTC-8
        // lie in the past and show in the hours of the day.
        defect("shifted clock", "clock", night -> shift(night, 8 * 3_600)),
        defect("shifted clock", "clock", night -> shift(night, -8 * 3_600)),
        // Last week's file.
        defect("shifted clock", "clock", night -> shift(night, -7 * 86_400)),
        // Times in thousandths taken as seconds on the way in, and divided once too often.
        defect("shifted clock", "clock", PlantedDefectsTest::divideTimes),
        // Columns named in the wrong order at import: users are items, titles are studios.
        defect("swapped columns", "lost-items", PlantedDefectsTest::swapUsersAndItems),
        defect("swapped columns", "attributes", PlantedDefectsTest::swapAttributes),
        // An export that stopped half-way.
        defect("half the items", "lost-items", PlantedDefectsTest::dropHalf));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("defectsOfInputs")
  void aDefectInTheInputsIsBlocked(String name, String check, Defect defect) throws IOException {
    Night night = today();
    defect.plant(night);

    assertBlocked(GATE.judge(store, night.build(store, folder)), check);
  }

  /// Name, expected check, and what happens to a built generation before it is sealed again.
  static Stream<Arguments> defectsOfBuilds() {
    return Stream.of(
        // Raw embeddings where unit vectors belong: the popular ones are longer.
        afterBuild("vectors not normalised", "unit-norms", Rows::lengthen),
        afterBuild("5 % zero vectors", "zero-vectors", Rows::zeroEveryTwentieth),
        afterBuild("wrong metric", "metric", rows -> rows.metadata.put("metric", "euclidean")),
        afterBuild("duplicate ids", "ids", rows -> rows.ids[17] = rows.ids[16]));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("defectsOfBuilds")
  void aDefectOfTheVectorFileIsBlocked(String name, String check, RowsStep step)
      throws IOException {
    String id = today().build(store, folder);
    Path file = store.root().resolve(id).resolve("items/vectors.safetensors");
    Rows rows = Rows.read(file);
    step.apply(rows);
    rows.write(file);
    ResealedGeneration.seal(store, id);

    assertBlocked(GATE.judge(store, id), check);
  }

  /// A worker died, and the coordinator sealed what there was.
  @Test
  void aMissingShardIsBlocked() throws IOException {
    String id = today().build(store, folder);
    DurableFiles.deleteRecursively(store.root().resolve(id).resolve("index/shard-001"));
    ResealedGeneration.seal(store, id);

    assertBlocked(GATE.judge(store, id), "shards");
  }

  /// One shard of yesterday's index, of as many rows: a copy that was resumed and skipped a folder
  /// of the same name.
  @Test
  void aStaleShardIsBlocked() throws IOException {
    String id = today().build(store, folder);
    String live = store.currentId().orElseThrow();
    Path target = store.root().resolve(id).resolve("index/shard-002");
    DurableFiles.deleteRecursively(target);
    copy(store.root().resolve(live).resolve("index/shard-002"), target);
    ResealedGeneration.seal(store, id);

    assertBlocked(GATE.judge(store, id), "index-content");
  }

  private static void assertBlocked(GateVerdict verdict, String check) {
    assertThat(verdict.passed()).isFalse();
    assertThat(verdict.blocked())
        .as(() -> verdict.results().toString())
        .extracting(CheckResult.Blocked::check)
        .contains(check);
    assertThat(verdict.summary()).contains(verdict.generation()).contains(check);
    verdict.blocked().forEach(blocked -> assertThat(blocked.mend()).isNotBlank());
  }

  private static Night today() {
    Night night = WORLD.night(1, 2);
    night.index = THREE_SHARDS;
    return night;
  }

  /// Plants one defect.
  @FunctionalInterface
  private interface Defect {
    void plant(Night night) throws IOException;
  }

  @FunctionalInterface
  private interface RowsStep {
    void apply(Rows rows);
  }

  private static Arguments defect(String name, String check, Defect defect) {
    return Arguments.of(name, check, defect);
  }

  private static Arguments afterBuild(String name, String check, RowsStep step) {
    return Arguments.of(name, check, step);
  }

  private static void permuteVocabulary(Night night) {
    night.vocabulary = Night.shuffled(night.vocabulary, 5);
  }

  private static void cutIds(Night night) {
    night.dataIds = Arrays.stream(night.dataIds).map(id -> (int) id).toArray();
    night.vocabulary = Arrays.stream(night.vocabulary).map(id -> (int) id).toArray();
  }

  private static void shift(Night night, long seconds) {
    mapTimes(night, (times, e) -> times[e] += seconds);
  }

  private static void divideTimes(Night night) {
    mapTimes(night, (times, e) -> times[e] /= 1_000);
  }

  private static void mapTimes(Night night, BiConsumer<long[], Integer> step) {
    long[] times = night.log.times().clone();
    for (int e = 0; e < times.length; e++) {
      step.accept(times, e);
    }
    InteractionLog log = night.log;
    night.log = new InteractionLog(log.offsets(), log.items(), times, log.actions());
  }

  private static void swapAttributes(Night night) {
    List<String> titles = night.titles;
    night.titles = night.studios;
    night.studios = titles;
  }

  /// Item `i` had its events from users who become its items; a user's number is its id.
  private static void swapUsersAndItems(Night night) {
    InteractionLog log = night.log;
    List<List<Integer>> usersOf = new ArrayList<>();
    for (int i = 0; i < night.dataIds.length; i++) {
      usersOf.add(new ArrayList<>());
    }
    for (int u = 0; u < log.users(); u++) {
      for (int e = log.start(u); e < log.start(u) + log.length(u); e++) {
        usersOf.get(log.items()[e] - 1).add(u + 1);
      }
    }
    long[] offsets = new long[night.dataIds.length + 1];
    int[] items = new int[log.events()];
    int next = 0;
    for (int i = 0; i < night.dataIds.length; i++) {
      for (int user : usersOf.get(i)) {
        items[next++] = user;
      }
      offsets[i + 1] = next;
    }
    long[] times = log.times().clone();
    Arrays.sort(times);
    night.log = new InteractionLog(offsets, items, times, log.actions());
    keepItems(night, log.users());
    night.dataIds = LongStream.rangeClosed(1, log.users()).toArray();
    night.vocabulary = night.dataIds.clone();
  }

  private static void dropHalf(Night night) {
    int half = night.vocabulary.length / 2;
    night.vocabulary = Arrays.copyOf(night.vocabulary, half);
    night.embeddings = Arrays.copyOf(night.embeddings, half * Night.DIMENSION);
  }

  private static void keepItems(Night night, int items) {
    night.embeddings = Arrays.copyOf(night.embeddings, items * Night.DIMENSION);
    night.titles = night.titles.subList(0, items);
    night.studios = night.studios.subList(0, items);
  }

  private static Night.VectorStep rewrite(RowsStep step) {
    return (file, model) -> {
      Rows rows = Rows.read(file);
      step.apply(rows);
      rows.write(file);
    };
  }

  private static void writeVectorsOfAnotherModel(Path file, Model model) throws IOException {
    Rows rows = Rows.read(file);
    Night yesterday = WORLD.night(0, 1);
    float[] other = yesterday.embeddings;
    for (int row = 0; row < rows.ids.length; row++) {
      double squares = 0;
      for (int c = 0; c < Night.DIMENSION; c++) {
        squares += other[row * Night.DIMENSION + c] * (double) other[row * Night.DIMENSION + c];
      }
      for (int c = 0; c < Night.DIMENSION; c++) {
        int i = row * Night.DIMENSION + c;
        rows.vectors[i] = (float) (other[i] / Math.sqrt(squares));
      }
    }
    rows.write(file);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  /// The content of an item-vector file, to be changed and written again.
  private static final class Rows {
    private final long[] ids;
    private final float[] vectors;
    private final Map<String, String> metadata;

    private Rows(long[] ids, float[] vectors, Map<String, String> metadata) {
      this.ids = ids;
      this.vectors = vectors;
      this.metadata = metadata;
    }

    static Rows read(Path file) throws IOException {
      try (ItemVectors open = ItemVectors.open(file)) {
        int rows = open.ids().size();
        long[] ids = new long[rows];
        float[] vectors = new float[rows * Night.DIMENSION];
        float[] row = new float[Night.DIMENSION];
        for (int r = 0; r < rows; r++) {
          ids[r] = open.ids().longAt(r);
          open.matrix().copyRow(r, row);
          System.arraycopy(row, 0, vectors, r * Night.DIMENSION, Night.DIMENSION);
        }
        Map<String, String> metadata = new TreeMap<>();
        metadata.put("format", "hstu.item-vectors");
        metadata.put("format_version", "1");
        metadata.put("model_fingerprint", open.modelFingerprint());
        metadata.put("dimension", Integer.toString(Night.DIMENSION));
        metadata.put("metric", ItemVectors.METRIC);
        metadata.put("id_type", "int64");
        return new Rows(ids, vectors, metadata);
      }
    }

    void write(Path file) throws IOException {
      List<TensorSpec> specs =
          List.of(
              new TensorSpec("ids", DType.I64, ids.length),
              new TensorSpec("vectors", DType.F32, ids.length, Night.DIMENSION));
      try (SafetensorsWriter writer = SafetensorsWriter.create(file, metadata, specs)) {
        writer.write("ids", ids);
        writer.write("vectors", vectors);
        writer.commit();
      }
    }

    void sortIds() {
      long[] shuffled = Night.shuffled(ids, 3);
      System.arraycopy(shuffled, 0, ids, 0, ids.length);
    }

    void lengthen() {
      for (int i = 0; i < vectors.length; i++) {
        vectors[i] *= 1 + i / Night.DIMENSION % 7;
      }
    }

    void zeroEveryTwentieth() {
      for (int row = 0; row < ids.length; row += 20) {
        Arrays.fill(vectors, row * Night.DIMENSION, (row + 1) * Night.DIMENSION, 0);
      }
    }
  }
}
