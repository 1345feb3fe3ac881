package dev.hstu.retrieval.gate;

import dev.hstu.encoder.model.HstuBlock;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.Provenance;
import dev.hstu.encoder.weights.ItemVectorFile;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.index.BuildListener;
import dev.hstu.index.BuildRequest;
import dev.hstu.index.GenerationEvaluator;
import dev.hstu.index.IndexBuilder;
import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.data.PreparedCatalog;
import dev.hstu.retrieval.evaluate.TrainingRecord;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// The inputs of one night's build, step by step, so that a step can be made to go wrong; the real
/// pipeline makes a generation of them. For one build.
///
/// The model is an HSTU whose blocks add nothing: it returns what is near the last item, which in a
/// [GateWorld] is a good guess, and no training is needed.
final class Night {

  static final int DIMENSION = 16;

  private static final int MAX_EVENTS = 24;

  /// External ids of the data's items; row `i` is item row `i + 1` of [#log].
  long[] dataIds;

  /// External ids of the model's rows.
  long[] vocabulary;

  /// The model's embeddings, float `[vocabulary][DIMENSION]`, row after row.
  float[] embeddings;

  InteractionLog log;
  List<String> titles;
  List<String> studios;
  Clock clock = new Clock.Wall();
  Instant builtAt;
  IndexSettings index = IndexSettings.DEFAULT;

  /// What becomes of the item-vector file before the build, nothing by default.
  VectorStep vectorStep = (file, model) -> {};

  /// A step of the pipeline that may go wrong.
  @FunctionalInterface
  interface VectorStep {
    void apply(Path file, Model model) throws IOException;
  }

  Night(
      long[] ids,
      float[] embeddings,
      InteractionLog log,
      List<String> titles,
      List<String> studios,
      Instant builtAt) {
    this.dataIds = ids;
    this.vocabulary = ids.clone();
    this.embeddings = embeddings;
    this.log = log;
    this.titles = titles;
    this.studios = studios;
    this.builtAt = builtAt;
  }

  /// Imports, saves the model, embeds and builds.
  ///
  /// @param scratch a folder for the inputs, which must exist
  /// @return the generation's id
  String build(GenerationStore store, Path scratch) throws IOException {
    Path inputs = Files.createTempDirectory(scratch, "night");
    PreparedData data = importData(inputs.resolve("data"));
    Model model = model();
    ModelFolder.save(inputs.resolve("model"), model, training(data).companion());
    Path vectors = inputs.resolve("vectors.safetensors");
    ItemVectorFile.write(vectors, model, rows -> {});
    vectorStep.apply(vectors, model);
    try (GoldenCompanion golden = GoldenCompanion.of(data, GoldenUsers.DEFAULT_USERS)) {
      BuildRequest request =
          new BuildRequest(
              store,
              inputs.resolve("model"),
              model.fingerprint(),
              vectors,
              catalog(data, vectors),
              index,
              1,
              GenerationEvaluator.NONE,
              builtAt);
      return IndexBuilder.build(request.withCompanions(golden.files()), BuildListener.NONE).id();
    }
  }

  Model model() {
    HstuConfig config =
        new HstuConfig(vocabulary.length, MAX_EVENTS, 3, DIMENSION, 1, 4, 4, 1, 0.05, 1);
    float[] withPadding = new float[embeddings.length + DIMENSION];
    System.arraycopy(embeddings, 0, withPadding, DIMENSION, embeddings.length);
    HstuBlock still =
        new HstuBlock(
            new float[DIMENSION * config.projectionWidth()],
            new float[DIMENSION * config.heads() * config.valueDim()],
            new float[DIMENSION],
            new float[2 * config.slots() - 1],
            new float[HstuConfig.TIME_BUCKETS + 1]);
    ModelWeights weights =
        new ModelWeights(
            MemorySegment.ofArray(withPadding),
            new float[config.slots() * DIMENSION],
            List.of(still));
    return new NetworkModel(config, clock, IdTable.ofLongs(vocabulary), weights);
  }

  private PreparedData importData(Path folder) throws IOException {
    long[] users = new long[log.users()];
    for (int u = 0; u < users.length; u++) {
      users[u] = u + 1L;
    }
    PreparedData.write(
        folder,
        new Provenance(List.of(), new TreeMap<>(), clock, new TreeMap<>(), 0, 0),
        log,
        IdTable.ofLongs(users),
        IdTable.ofLongs(dataIds),
        attributes());
    return PreparedData.open(folder);
  }

  private AttributeTable attributes() {
    AttributeTableBuilder builder =
        new AttributeTableBuilder(
            List.of(
                new AttributeColumn("title", AttributeKind.TEXT),
                new AttributeColumn("studio", AttributeKind.TEXT)));
    for (int i = 0; i < dataIds.length; i++) {
      builder.text(0, titles.get(i)).text(1, studios.get(i)).endRow();
    }
    return builder.build();
  }

  private static Catalog catalog(PreparedData data, Path vectors) throws IOException {
    try (ItemVectors open = ItemVectors.open(vectors)) {
      return PreparedCatalog.of(data).alignedTo(open.ids());
    }
  }

  private static TrainingRecord training(PreparedData data) {
    return new TrainingRecord("test", data.fingerprint(), 1, 1L, 1, 1, "last epoch");
  }

  /// The same order of rows for everything that has one, shuffled.
  static long[] shuffled(long[] values, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] shuffled = values.clone();
    for (int i = shuffled.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      long kept = shuffled[i];
      shuffled[i] = shuffled[other];
      shuffled[other] = kept;
    }
    return shuffled;
  }
}
