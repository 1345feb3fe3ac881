package dev.hstu.index.search;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/// An index, seeded updates over it, and what they ought to amount to.
final class OverlaidContent implements AutoCloseable {

  private static final int WORKERS = 2;

  final VectorMatrix base;
  final IndexOverlay overlay;

  /// The vector of every row there ever was; zeros where a row only deletes.
  final List<float[]> vectors = new ArrayList<>();

  /// Rows that live.
  final BitSet live = new BitSet();

  private final OpenIndex index;
  private final ClusteredVectors source;
  private final SplittableRandom random;

  OverlaidContent(Path folder, IndexSettings settings, ClusteredVectors source, int rows, long seed)
      throws IOException {
    this(folder, settings, source, source.matrix(rows), 1L << 28, seed);
  }

  OverlaidContent(
      Path folder,
      IndexSettings settings,
      ClusteredVectors source,
      VectorMatrix base,
      long maxBytes,
      long seed)
      throws IOException {
    this.source = source;
    this.random = new SplittableRandom(seed);
    this.base = base;
    List<Path> shards = new ArrayList<>();
    for (int s = 0; s < settings.shards(); s++) {
      shards.add(folder.resolve("shard-" + s));
    }
    ItemIndexWriter.write(shards, base, settings, WORKERS, IndexProgress.NONE);
    this.index = OpenIndex.open(settings, shards, base, 1);
    Path scratch = Files.createTempDirectory(folder, "scratch").resolve("vectors");
    this.overlay = IndexOverlay.over(index, base, scratch, maxBytes, WORKERS);
    for (int row = 0; row < base.rows(); row++) {
      float[] vector = new float[base.dimension()];
      base.copyRow(row, vector);
      vectors.add(vector);
    }
    live.set(0, base.rows());
  }

  /// Adds, replaces and deletes at random.
  void update(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      switch (random.nextInt(4)) {
        case 0 -> delete(random.nextInt(vectors.size()));
        case 1 -> add(source.query());
        default -> {
          delete(random.nextInt(vectors.size()));
          add(source.query());
        }
      }
    }
  }

  void add(float[] vector) throws IOException {
    overlay.add(vectors.size(), vector);
    live.set(vectors.size());
    vectors.add(vector);
  }

  /// Takes a row out if it lives, and takes a row for that, as the log does.
  void delete(int row) {
    if (live.get(row)) {
      overlay.remove(row);
      live.clear(row);
      vectors.add(new float[base.dimension()]);
    }
  }

  /// The index after all updates so far.
  ItemIndex now() {
    BitSet alive = (BitSet) live.clone();
    boolean all = alive.cardinality() == vectors.size();
    UnaryOperator<ItemFilter> narrowed =
        all ? filter -> filter : filter -> row -> alive.get(row) && filter.accepts(row);
    return overlay.at(vectors.size(), narrowed);
  }

  /// A scan over every row that there ever was; ask it with [#living].
  ExactScan truth() {
    float[] all = new float[vectors.size() * base.dimension()];
    for (int row = 0; row < vectors.size(); row++) {
      System.arraycopy(vectors.get(row), 0, all, row * base.dimension(), base.dimension());
    }
    return new ExactScan(VectorMatrix.copyOf(all, base.dimension()));
  }

  /// The live rows that pass a filter.
  ItemFilter living(IntPredicate filter) {
    return row -> live.get(row) && filter.test(row);
  }

  @Override
  public void close() throws IOException {
    overlay.close();
    index.close();
  }
}
