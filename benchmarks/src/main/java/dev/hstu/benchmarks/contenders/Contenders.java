package dev.hstu.benchmarks.contenders;

import dev.hstu.benchmarks.vectors.SearchData;
import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.format.IvfSettings;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.GraphSettings;
import dev.hstu.index.search.IndexProgress;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.ItemIndexWriter;
import dev.hstu.index.search.OpenIndex;
import dev.hstu.index.search.PartitionIndexWriter;
import dev.hstu.index.search.PartitionSettings;
import dev.hstu.index.search.SearchOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;

/// Opens contenders over one set of data, building what isn't built.
///
/// @param batch queries a call of those that take several
/// @param drivers folder of the native peers, as `benchmarks/peers/build.sh` fills it
public record Contenders(SearchData data, IndexStore store, int batch, Path drivers) {

  /// Recalls asked of partitions are counted in steps of this.
  private static final double RECALL_STEP = 1e-4;

  /// From one recall asked of partitions to the next, the misses shrink by this.
  private static final double FEWER_MISSES = 0.96;

  private static final double LEAST_RECALL = 0.7;
  private static final double MOST_RECALL = 0.9995;

  /// Only one shard is built, so only one thread searches.
  private static final int ONE_THREAD = 1;

  /// What the exact C++ scan keeps by its codes before it scores them again, in percent of k: from
  /// where its recall is 1 but for a few in ten thousand.
  private static final int LEAST_KEPT_PERCENT = 150;

  private static final int MOST_KEPT_PERCENT = 400;

  /// Most lists the faiss driver makes.
  private static final int MOST_LISTS = 4_096;

  /// Rows that faiss trains a list on at least.
  private static final int ROWS_PER_LIST = 39;

  /// Opens one; its owner closes it.
  ///
  /// @param kind any but [ContenderKind#AUTO], which is a choice among others
  public Contender open(ContenderKind kind) throws IOException {
    String name = kind.label();
    return switch (kind) {
      case LUCENE -> lucene(name);
      case GRAPH -> graph(name, "graph", GraphSettings.DEFAULT);
      case GRAPH_INT8 -> graph(name, "graph-int8", GraphSettings.DEFAULT.withBits(Byte.SIZE));
      case PARTITIONS -> partitions(name, "partitions", IvfEncoding.FLOAT32, 1);
      case PARTITIONS_INT8 -> partitions(name, "partitions-int8", IvfEncoding.INT8, 1);
      case PARTITIONS_BATCH -> partitions(name, "partitions", IvfEncoding.FLOAT32, batch);
      case PARTITIONS_INT8_BATCH -> partitions(name, "partitions-int8", IvfEncoding.INT8, batch);
      case EXACT -> exact(name, 1);
      case EXACT_BATCH -> exact(name, batch);
      case EXACT_INT8 -> exactByCodes(name, 1);
      case EXACT_INT8_BATCH -> exactByCodes(name, batch);
      case JVECTOR -> JVectorContender.open(name, name, data.base(), data.queries(), store);
      case AUTO -> throw new IllegalArgumentException("auto is a choice among others");
      case FAISS -> peer(kind, (parameter, k) -> lists(parameter));
      case HNSWLIB ->
          peer(
              kind,
              (parameter, k) ->
                  new Efforts(parameter, Beams.of(k, data.base().rows()).values(), 1));
      case EXACT_CPP ->
          peer(
              kind,
              (parameter, k) -> Efforts.between(parameter, LEAST_KEPT_PERCENT, MOST_KEPT_PERCENT));
    };
  }

  private Contender lucene(String name) throws IOException {
    IndexCost cost = built("graph", IndexSettings.graph(GraphSettings.DEFAULT));
    return new LuceneContender(name, "graph", cost, store.of("graph"), data.queries());
  }

  private Contender graph(String name, String index, GraphSettings settings) throws IOException {
    IndexSettings whole = IndexSettings.graph(settings);
    return ours(
        name,
        index,
        1,
        whole,
        built(index, whole),
        new ItemIndexContender.Asking(k -> Beams.of(k, data.base().rows()), SearchOptions::graph));
  }

  private Contender partitions(String name, String index, IvfEncoding encoding, int queries)
      throws IOException {
    IntFunction<SearchOptions> options = effort -> SearchOptions.partitions(effort * RECALL_STEP);
    IndexSettings settings = IndexSettings.partitions(new PartitionSettings(encoding));
    IndexCost cost = store.built(index, folder -> partition(folder, encoding));
    return ours(
        name,
        index,
        queries,
        settings,
        cost,
        new ItemIndexContender.Asking(k -> recalls(), options));
  }

  /// Calibrated on the tuning queries.
  private long partition(Path folder, IvfEncoding encoding) throws IOException {
    int samples = Math.min(data.tuningQueries(), IvfSettings.MAX_SAMPLE_QUERIES);
    IvfSettings settings =
        IvfSettings.DEFAULT
            .withEncoding(encoding)
            .withWorkers(store.buildThreads())
            .withSampleQueries(Arrays.copyOf(data.queries(), samples));
    PartitionIndexWriter.write(
        folder, data.base(), 0, data.base().rows(), settings, IndexProgress.NONE);
    return 0;
  }

  private Contender exact(String name, int queries) {
    return exact(name, "exact", queries, new ExactScan(data.base()), 0);
  }

  private Contender exactByCodes(String name, int queries) {
    long codes = (long) data.base().rows() * data.base().dimension();
    return exact(name, "exact-int8", queries, ExactScan.withCodes(data.base()), codes);
  }

  private Contender exact(String name, String index, int queries, ExactScan scan, long codeBytes) {
    long vectors = data.base().data().byteSize();
    return new ItemIndexContender(
        name,
        index,
        queries,
        new IndexCost(0, 0, 0, vectors, vectors + codeBytes),
        scan,
        new ItemIndexContender.Asking(k -> Efforts.none(), effort -> SearchOptions.EXACT),
        data.queries());
  }

  private Contender ours(
      String name,
      String index,
      int queries,
      IndexSettings settings,
      IndexCost cost,
      ItemIndexContender.Asking asking)
      throws IOException {
    OpenIndex open = OpenIndex.open(settings, List.of(store.of(index)), data.base(), ONE_THREAD);
    return new ItemIndexContender(name, index, queries, cost, open, asking, data.queries());
  }

  private IndexCost built(String index, IndexSettings settings) throws IOException {
    return store.built(
        index,
        folder -> {
          ItemIndexWriter.write(
              List.of(folder), data.base(), settings, store.buildThreads(), IndexProgress.NONE);
          return 0;
        });
  }

  private Contender peer(ContenderKind kind, PeerContender.PeerEfforts efforts) throws IOException {
    return PeerContender.start(drivers.resolve(kind.driver()), kind.label(), data, store, efforts);
  }

  private Efforts lists(String parameter) {
    int lists = Math.max(1, Math.min(MOST_LISTS, data.base().rows() / ROWS_PER_LIST));
    return Efforts.between(parameter, 1, lists);
  }

  private static Efforts recalls() {
    int[] values =
        DoubleStream.iterate(
                1 - LEAST_RECALL, misses -> misses >= 1 - MOST_RECALL, m -> m * FEWER_MISSES)
            .mapToInt(misses -> (int) Math.round((1 - misses) / RECALL_STEP))
            .distinct()
            .toArray();
    return new Efforts("recall asked", values, RECALL_STEP);
  }
}
