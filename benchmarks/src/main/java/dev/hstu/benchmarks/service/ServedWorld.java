package dev.hstu.benchmarks.service;

import dev.hstu.benchmarks.vectors.MixtureShape;
import dev.hstu.benchmarks.vectors.MixtureVectors;
import dev.hstu.encoder.model.BlockWeights;
import dev.hstu.encoder.model.HstuBlock;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.weights.ItemVectorFile;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.BuildListener;
import dev.hstu.index.BuildRequest;
import dev.hstu.index.GenerationEvaluator;
import dev.hstu.index.IndexBuilder;
import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/// A catalogue of any size and users of it, from a seed and without training: item embeddings are
/// our mixture's vectors, and the blocks' weights are so small that a user's embedding lies near
/// those of the newest events. What a service opens is what the builders wrote.
///
/// @param generations folder of two equal generations, one published
/// @param items of each
public record ServedWorld(Path generations, int items) {

  /// Dimension of items and users.
  public static final int DIMENSION = 64;

  /// Ids begin where a double can't hold them all.
  private static final long FIRST_ID = 9_007_199_254_740_993L;

  private static final int MAX_EVENTS = 64;
  private static final int MIN_HISTORY = 10;
  private static final int MAX_HISTORY = 50;

  /// Of the newest event of every user.
  private static final long LAST_EVENT = 1_700_000_000L;

  /// Of every request: within the same bucket of time for a while.
  static final long REQUEST_TIME = LAST_EVENT + 600;

  private static final double BLOCK_DEVIATION = 0.01;

  /// Builds the world in a folder and publishes its generation.
  ///
  /// @param folder an empty one
  public static ServedWorld build(Path folder, int items, long seed) throws IOException {
    GenerationStore store = GenerationStore.at(folder.resolve("generations"));
    IdTable ids = IdTable.ofLongs(LongStream.range(FIRST_ID, FIRST_ID + items).toArray());
    Path parts = Files.createDirectories(folder.resolve("parts"));
    Path modelFolder = parts.resolve("model");
    Path vectors = parts.resolve("vectors.safetensors");
    try (Arena arena = Arena.ofShared()) {
      Model made =
          new NetworkModel(config(items), new Clock.Wall(), ids, weights(items, seed, arena));
      ModelFolder.save(modelFolder, made);
    }
    String fingerprint;
    try (OpenModel open = ModelFolder.open(modelFolder)) {
      ItemVectorFile.write(vectors, open.model(), _ -> {});
      fingerprint = open.model().fingerprint();
    }
    Catalog catalog =
        new Catalog(
            ids,
            AttributeTable.withoutColumns(items),
            LongStream.range(0, items).map(row -> items - row).toArray());
    Instant now = Instant.now();
    // Built twice, a second apart: a swap takes a generation of another name.
    for (int i = 1; i >= 0; i--) {
      BuildRequest request =
          new BuildRequest(
              store,
              modelFolder,
              fingerprint,
              vectors,
              catalog,
              IndexSettings.DEFAULT.withType(IndexType.PARTITIONS),
              Runtime.getRuntime().availableProcessors(),
              GenerationEvaluator.NONE,
              now.minusSeconds(i));
      store.publish(IndexBuilder.build(request, BuildListener.NONE).id());
    }
    DurableFiles.deleteRecursively(parts);
    return new ServedWorld(store.root(), items);
  }

  /// The store of its generations.
  public GenerationStore store() {
    return GenerationStore.at(generations);
  }

  /// The external id of a catalogue row.
  public static String id(int row) {
    return Long.toString(FIRST_ID + row);
  }

  /// Catalogue rows of a user's events, oldest first, [#MIN_HISTORY]..[#MAX_HISTORY].
  int[] history(int user) {
    SplittableRandom random = new SplittableRandom(user);
    int[] rows = new int[random.nextInt(MIN_HISTORY, MAX_HISTORY + 1)];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = random.nextInt(items);
    }
    return rows;
  }

  /// Times of as many events, ascending.
  static long[] times(int events) {
    return LongStream.range(0, events).map(i -> LAST_EVENT - 1_000 * (events - 1 - i)).toArray();
  }

  /// Times of a user's events, ascending, where each user's newest events are at the times of
  /// everybody's.
  long[] sameTimes(long now, int user) {
    return LongStream.of(times(history(user).length))
        .map(time -> time - REQUEST_TIME + now)
        .toArray();
  }

  /// Times of a user's events, ascending: the newest between ten minutes and a week before now, the
  /// others minutes to days apart, each with its logarithm even in that range. So embeddings end
  /// one by one, some of a thousand users' each second.
  ///
  /// @param now the latest, exclusive, in seconds since 1970
  long[] timesBefore(long now, int user) {
    SplittableRandom random = new SplittableRandom(-1L - user);
    long[] times = new long[history(user).length];
    long time = now - logEven(random, 600, 604_800);
    for (int i = times.length - 1; i >= 0; i--) {
      times[i] = time;
      time -= logEven(random, 60, 604_800);
    }
    return times;
  }

  private static long logEven(SplittableRandom random, double least, double most) {
    return (long) (least * Math.pow(most / least, random.nextDouble()));
  }

  /// The request of a user for k items, of a time long ago.
  ///
  /// @param excluded catalogue row left out besides what was seen; -1 for none
  byte[] request(int user, int k, int excluded) {
    long[] times = times(history(user).length);
    return request(user, times, "\"requestTime\":" + REQUEST_TIME + ",", k, excluded);
  }

  /// The request of a user for k items as of when it is made.
  ///
  /// @param times of the user's events
  /// @param excluded catalogue row left out besides what was seen; -1 for none
  byte[] requestNow(int user, long[] times, int k, int excluded) {
    return request(user, times, "", k, excluded);
  }

  private byte[] request(int user, long[] times, String requestTime, int k, int excluded) {
    int[] rows = history(user);
    StringBuilder json = new StringBuilder("{\"events\":[");
    for (int i = 0; i < rows.length; i++) {
      json.append(i == 0 ? "" : ",")
          .append("{\"itemId\":\"")
          .append(id(rows[i]))
          .append("\",\"timestamp\":")
          .append(times[i])
          .append('}');
    }
    json.append("],").append(requestTime).append("\"k\":").append(k);
    if (excluded >= 0) {
      json.append(",\"excludeItemIds\":[\"").append(id(excluded)).append("\"]");
    }
    return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static HstuConfig config(int items) {
    return new HstuConfig(items, MAX_EVENTS, 3, DIMENSION, 2, 32, 32, 2, 0.05, 1);
  }

  private static ModelWeights weights(int items, long seed, Arena arena) {
    HstuConfig config = config(items);
    MemorySegment table = arena.allocate(4L * DIMENSION * (items + 1L), 64);
    Consumer<float[]> source = new MixtureVectors(MixtureShape.CLUSTERED, DIMENSION, seed).items();
    float[] item = new float[DIMENSION];
    for (long row = 1; row <= items; row++) {
      source.accept(item);
      MemorySegment.copy(item, 0, table, ModelWeights.FLOAT, row * DIMENSION * 4, DIMENSION);
    }
    Random random = new Random(seed);
    int d = DIMENSION;
    List<BlockWeights> blocks = new ArrayList<>();
    for (int i = 0; i < config.blocks(); i++) {
      blocks.add(
          new HstuBlock(
              normal(random, d * config.projectionWidth()),
              normal(random, d * config.heads() * config.valueDim()),
              normal(random, d),
              normal(random, 2 * config.slots() - 1),
              normal(random, HstuConfig.TIME_BUCKETS + 1)));
    }
    return new ModelWeights(table, normal(random, config.slots() * d), blocks);
  }

  private static float[] normal(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (random.nextGaussian() * BLOCK_DEVIATION);
    }
    return values;
  }
}
