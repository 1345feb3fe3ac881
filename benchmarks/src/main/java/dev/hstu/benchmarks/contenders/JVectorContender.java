package dev.hstu.benchmarks.contenders;

import dev.hstu.index.catalog.VectorMatrix;
import io.github.jbellis.jvector.disk.RandomAccessReader;
import io.github.jbellis.jvector.disk.ReaderSupplier;
import io.github.jbellis.jvector.disk.ReaderSupplierFactory;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.OnHeapGraphIndex;
import io.github.jbellis.jvector.graph.RandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.diversity.VamanaDiversityProvider;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;

/// JVector's graph over float32 vectors, both on the heap, where it is fastest: at 64 values
/// quantised walks save memory and not time.
final class JVectorContender extends InProcess {

  /// Neighbours of a vector: as many as Lucene's M = 16 allows on the lowest level.
  private static final int MAX_DEGREE = 32;

  private static final int BUILD_BEAM = 100;
  private static final float NEIGHBOUR_OVERFLOW = 1.2f;
  private static final float ALPHA = 1.2f;
  private static final String GRAPH = "jvector.graph";

  private static final VectorSimilarityFunction SIMILARITY = VectorSimilarityFunction.DOT_PRODUCT;

  private final RandomAccessVectorValues vectors;
  private final OnHeapGraphIndex graph;
  private final GraphSearcher searcher;
  private final List<VectorFloat<?>> queries;

  private JVectorContender(
      String name,
      String index,
      IndexCost cost,
      RandomAccessVectorValues vectors,
      OnHeapGraphIndex graph,
      float[][] queries) {
    super(name, index, 1, cost);
    this.vectors = vectors;
    this.graph = graph;
    // Views then trust the links as they are, without looking out for insertions.
    graph.setAllMutationsCompleted();
    this.searcher = new GraphSearcher(graph);
    VectorTypeSupport types = VectorizationProvider.getInstance().getVectorTypeSupport();
    this.queries = new ArrayList<>();
    for (float[] query : queries) {
      this.queries.add(types.createFloatVector(query));
    }
  }

  /// Builds the graph, where there is none yet, and reads it.
  static JVectorContender open(
      String name, String index, VectorMatrix base, float[][] queries, IndexStore store)
      throws IOException {
    RandomAccessVectorValues vectors = onHeap(base);
    IndexCost cost =
        store.built(index, folder -> build(vectors, base, folder, store.buildThreads()));
    OnHeapGraphIndex graph = read(store.of(index).resolve(GRAPH), vectors);
    return new JVectorContender(name, index, cost, vectors, graph, queries);
  }

  private static RandomAccessVectorValues onHeap(VectorMatrix base) {
    VectorTypeSupport types = VectorizationProvider.getInstance().getVectorTypeSupport();
    List<VectorFloat<?>> rows = new ArrayList<>(base.rows());
    for (int row = 0; row < base.rows(); row++) {
      float[] values = new float[base.dimension()];
      base.copyRow(row, values);
      rows.add(types.createFloatVector(values));
    }
    return new ListRandomAccessVectorValues(rows, base.dimension());
  }

  private static long build(
      RandomAccessVectorValues vectors, VectorMatrix base, Path folder, int threads)
      throws IOException {
    BuildScoreProvider scores = BuildScoreProvider.randomAccessScoreProvider(vectors, SIMILARITY);
    try (ForkJoinPool pool = new ForkJoinPool(threads);
        GraphIndexBuilder builder =
            GraphIndexBuilder.builder(scores, base.dimension(), List.of(MAX_DEGREE))
                .withBeamWidth(BUILD_BEAM)
                .withNeighborOverflow(NEIGHBOUR_OVERFLOW)
                .withAlpha(ALPHA)
                .withSimdExecutor(pool)
                .withParallelExecutor(pool)
                .build()) {
      OnHeapGraphIndex graph = (OnHeapGraphIndex) builder.build(vectors);
      try (DataOutputStream out =
          new DataOutputStream(
              new BufferedOutputStream(Files.newOutputStream(folder.resolve(GRAPH))))) {
        graph.save(out);
      }
    }
    // The vectors, on disk elsewhere.
    return base.data().byteSize();
  }

  private static OnHeapGraphIndex read(Path file, RandomAccessVectorValues vectors)
      throws IOException {
    BuildScoreProvider scores = BuildScoreProvider.randomAccessScoreProvider(vectors, SIMILARITY);
    try (ReaderSupplier files = ReaderSupplierFactory.open(file);
        RandomAccessReader in = files.get()) {
      return OnHeapGraphIndex.load(
          in, vectors.dimension(), NEIGHBOUR_OVERFLOW, new VamanaDiversityProvider(scores, ALPHA));
    }
  }

  @Override
  public Efforts efforts(int k) {
    return Beams.of(k, vectors.size());
  }

  @Override
  void call(int first, int count, int k, int effort, int[] rows, int offset) {
    DefaultSearchScoreProvider scores =
        DefaultSearchScoreProvider.exact(queries.get(first), SIMILARITY, vectors);
    SearchResult result = searcher.search(scores, k, effort, 0, 0, Bits.ALL);
    SearchResult.NodeScore[] found = result.getNodes();
    for (int i = 0; i < Math.min(k, found.length); i++) {
      rows[offset + i] = found[i].node;
    }
  }

  @Override
  public void close() throws IOException {
    searcher.close();
    graph.close();
  }
}
