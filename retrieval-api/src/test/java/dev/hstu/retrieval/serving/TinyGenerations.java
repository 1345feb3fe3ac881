package dev.hstu.retrieval.serving;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.BlockWeights;
import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.EnsembleModel;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.SeriesColumn;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.encoder.weights.ItemVectorFile;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.BuildListener;
import dev.hstu.index.BuildRequest;
import dev.hstu.index.GenerationEvaluator;
import dev.hstu.index.IndexBuilder;
import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.config.SettingSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Real generations of a few hundred items, with random weights from a seed, in a folder of the
/// test's: everything a service opens is what the builders wrote.
public final class TinyGenerations {

  public static final int ITEMS = 300;

  /// The first id: every id is beyond the integers a double can hold.
  public static final long FIRST_ID = 9_007_199_254_740_993L;

  private static final HstuConfig CONFIG = new HstuConfig(ITEMS, 20, 3, 16, 2, 8, 8, 2, 0.05, 1);

  private final Path folder;
  private final GenerationStore store;

  /// @param folder an empty one
  public TinyGenerations(Path folder) {
    this.folder = folder;
    this.store = GenerationStore.at(folder.resolve("generations"));
  }

  public GenerationStore store() {
    return store;
  }

  /// 64-bit ids without a gap from [#FIRST_ID].
  public static IdTable longIds() {
    return IdTable.ofLongs(LongStream.range(FIRST_ID, FIRST_ID + ITEMS).toArray());
  }

  /// Text ids, with characters that JSON and shells must quote.
  public static IdTable textIds() {
    return IdTable.ofStrings(IntStream.range(0, ITEMS).mapToObj(i -> "it'em \"é\" " + i).toList());
  }

  /// The id of a catalogue row in [#longIds].
  public static String id(int row) {
    return Long.toString(FIRST_ID + row);
  }

  /// Builds and publishes a generation of 64-bit ids on the wall clock.
  ///
  /// @return its id
  public String publish(long seed) throws IOException {
    return publish(seed, longIds(), new Clock.Wall());
  }

  /// Builds and publishes a generation. Row `r` of the catalogue has `r % 7 * 100 + r`
  /// interactions.
  public String publish(long seed, IdTable ids, Clock clock) throws IOException {
    String id = build(seed, ids, clock);
    store.publish(id);
    return id;
  }

  /// Builds and publishes a generation whose model knows the genres of items, ratings of 1 to 5,
  /// and the language and town of users.
  public String publishWithFeatures(long seed) throws IOException {
    ModelFeatures features =
        new ModelFeatures(
            List.of(new ModelFeatures.LabelColumn("genres", List.of("g0", "g1", "g2", "g3", "g4"))),
            List.of(1f, 2f, 3f, 4f, 5f),
            List.of(
                new SeriesColumn("language", List.of("de", "fr")),
                new SeriesColumn("town", List.of("Bern", "Zug"))));
    return publish(seed, CONFIG.withFeatures(features));
  }

  /// Builds and publishes a generation of another model of [#ITEMS] items, 64-bit ids and the wall
  /// clock.
  public String publish(long seed, ModelConfig config) throws IOException {
    String id = build(config, seed, longIds(), new Clock.Wall());
    store.publish(id);
    return id;
  }

  /// Builds a generation without publishing it.
  public String build(long seed, IdTable ids, Clock clock) throws IOException {
    return build(CONFIG, seed, ids, clock);
  }

  private String build(ModelConfig config, long seed, IdTable ids, Clock clock) throws IOException {
    Path parts = Files.createTempDirectory(Files.createDirectories(folder), "parts");
    Model model = model(config, seed, ids, clock);
    ModelFolder.save(parts.resolve("model"), model);
    ItemVectorFile.write(parts.resolve("vectors.safetensors"), model, rows -> {});
    Catalog catalog =
        new Catalog(
            ids,
            attributes(),
            LongStream.range(0, ITEMS).map(TinyGenerations::interactions).toArray());
    BuildRequest request =
        new BuildRequest(
            store,
            parts.resolve("model"),
            model.fingerprint(),
            parts.resolve("vectors.safetensors"),
            catalog,
            IndexSettings.DEFAULT,
            1,
            GenerationEvaluator.NONE,
            Instant.now());
    return IndexBuilder.build(request, BuildListener.NONE).id();
  }

  /// Genres `g0..g4` by row, years 1980 to 2019, and a title but for every tenth row.
  private static AttributeTable attributes() {
    AttributeTableBuilder table =
        new AttributeTableBuilder(
            List.of(
                new AttributeColumn("genres", AttributeKind.LABELS),
                new AttributeColumn("year", AttributeKind.NUMBER),
                new AttributeColumn("title", AttributeKind.TEXT)));
    for (int row = 0; row < ITEMS; row++) {
      table
          .labels(0, List.of("g" + row % 5))
          .number(1, year(row))
          .text(2, row % 10 == 0 ? "" : "item " + row)
          .endRow();
    }
    return table.build();
  }

  /// The year of a catalogue row.
  public static int year(int row) {
    return 1980 + row % 40;
  }

  /// Interactions of a catalogue row.
  public static long interactions(long row) {
    return row % 7 * 100 + row;
  }

  /// The truth: the ids an exact scan finds for a history, by the engine's own embedding.
  ///
  /// @param rows catalogue rows of the events, which are left out
  public List<String> exactTopK(
      String generationId, Engine engine, int[] rows, long[] times, long requestTime, int k)
      throws IOException {
    try (Generation generation = store.open(generationId);
        OpenModel folder = ModelFolder.open(generation.modelFolder());
        UserEncoder encoder =
            Encoder.open(folder.model(), EngineChoice.of(engine).withThreads(1))) {
      int[] items = IntStream.of(rows).map(row -> row + 1).toArray();
      float[] user = encoder.encode(List.of(new UserHistory(items, times, requestTime)))[0];
      Candidates found = new Candidates(k);
      generation
          .exactScan()
          .search(user, k, ItemFilter.excluding(rows), SearchOptions.EXACT, found);
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < found.size(); i++) {
        ids.add(generation.ids().idAt(found.row(i)));
      }
      return ids;
    }
  }

  /// Settings of a service on these generations: a free port, quick to notice and to stop, the
  /// plain engine unless `overrides` say otherwise.
  public ServiceConfiguration configuration(Map<String, String> overrides) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("generations.folder", store.root().toString());
    values.put("generations.poll-millis", "20");
    values.put("generations.retry-seconds", "1");
    values.put("generations.warm-up-queries", "4");
    values.put("serving.port", "0");
    values.put("serving.drain-millis", "0");
    values.put("encoder.engine", "reference");
    values.put("admission.deadline-millis", "30000");
    // A busy machine is no reason for other answers than those that tests expect.
    values.put("admission.adaptive", "false");
    values.put("ladder.steps", "none");
    values.putAll(overrides);
    return ServiceConfiguration.of(List.of(SettingSource.commandLine(values)));
  }

  private static Model model(ModelConfig config, long seed, IdTable ids, Clock clock) {
    List<NetworkModel> networks = new ArrayList<>();
    for (NetworkConfig network : config.networks()) {
      networks.add(new NetworkModel(network, clock, ids, weights(network, seed + networks.size())));
    }
    return networks.size() == 1 ? networks.getFirst() : new EnsembleModel(networks);
  }

  private static ModelWeights weights(NetworkConfig config, long seed) {
    Random random = new Random(seed);
    int d = config.embeddingDim();
    float[] items = normal(random, (config.items() + 1) * d);
    float[] positions = normal(random, config.slots() * d);
    List<BlockWeights> blocks = new ArrayList<>();
    for (int i = 0; i < config.blocks(); i++) {
      List<float[]> tensors = new ArrayList<>();
      for (TensorSpec spec : CheckpointNames.block(config, i)) {
        tensors.add(normal(random, (int) spec.elements()));
      }
      blocks.add(BlockWeights.of(config, tensors));
    }
    return new ModelWeights(
        MemorySegment.ofArray(items),
        positions,
        blocks,
        normal(random, config.features().labelRows() * d),
        normal(random, config.features().actionRows() * d),
        normal(random, config.features().seriesRows() * d));
  }

  private static float[] normal(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * 0.3);
    }
    return values;
  }
}
