package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.kernels.cpu.BackgroundThreads;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Keeps partitions that don't change up to date: a later vector is put into a list behind the
/// partition of the nearest centroid, a dead one loses its bit, so that one ranking and one sweep
/// find old and new together (updates in place, after SPFresh, arXiv 2410.14452, but without its
/// splits: centroids stay, until the next build trains them).
///
/// Once a list and its partition have more than [#MOST_WASTED] dead vectors for each live one, what
/// lives is copied into a fresh list, where need be that of the base too, whose partition is then
/// passed over: [#fold], in steps. So a sweep passes over at most so many more than there are.
///
/// Rows up to the base's are its documents, further ones are given by [#add]. For one thread; what
/// [#refresh] gives is for any.
public final class PartitionOverlay implements Closeable {

  /// Dead vectors that a partition may have for each live one: a fold copies some seven vectors for
  /// each that died since the one before, and afterwards one list is swept instead of partition and
  /// list, which is what it saves most by …
  static final double MOST_WASTED = 0.1;

  /// … and so many more, which cost nothing to pass over: a block of codes.
  static final int SLACK_ROWS = 16;

  /// Rows copied by one step of folding, at least, before it stops: some milliseconds.
  private static final int FOLDED_ROWS = 16_384;

  /// One in so many bytes may be taken by what is copied of the base: the rest is for updates.
  private static final int BASE_SHARE = 2;

  /// Rows that wait to be assigned together.
  private static final int PENDING_ROWS = 8_192;

  /// Rows of a sample that partitions are trained on where there are none.
  private static final int SAMPLE_ROWS = 32_768;

  private static final Duration TRAINING_TIME = Duration.ofSeconds(5);

  private static final int UNASSIGNED = -1;

  private static final PartitionList.@Nullable View[] NO_VIEWS = {};

  private final Partitions base;

  /// What is added to a position to come to a row.
  private final int offset;

  private final ScratchVectors vectors;
  private final long maxBytes;
  private final int workers;
  private final NearestCentroid nearest;
  private final @Nullable PartitionList[] lists;
  private PartitionList.@Nullable View[] views;
  private final BitSet changed = new BitSet();

  /// Dead vectors of the base, by partition.
  private final int[] baseDead;

  /// Partitions with more waste than may be, in order of time.
  private final Deque<Integer> wasteful = new ArrayDeque<>();

  private final BitSet isWasteful = new BitSet();

  /// By position.
  private long[] live;

  /// By position beyond the base's.
  private int[] partitionOf = new int[0];

  private int end;
  private int size;
  private int swept;
  private long listBytes;

  private final MemorySegment pending;
  private final int[] pendingPositions = new int[PENDING_ROWS];
  private int pendingCount;
  private boolean published;

  private PartitionOverlay(Partitions base, int firstRow, Path scratch, long maxBytes, int workers)
      throws IOException {
    this.base = base;
    this.offset = firstRow - base.size();
    this.maxBytes = maxBytes;
    this.workers = workers;
    this.nearest = NearestCentroid.of(base.centroids().matrix(), 1, workers);
    this.lists = new PartitionList[base.count()];
    this.views = NO_VIEWS;
    this.baseDead = new int[base.count()];
    this.live = new long[Math.ceilDiv(base.size() + 1, Long.SIZE)];
    Arrays.fill(live, 0, base.size() >>> 6, -1L);
    live[base.size() >>> 6] = (1L << base.size()) - 1;
    this.end = base.size();
    this.size = base.size();
    this.swept = base.size();
    this.pending = NativeMatrix.allocate((long) PENDING_ROWS * base.dimension() * Float.BYTES);
    this.vectors = ScratchVectors.create(scratch, base.dimension());
  }

  /// Over partitions whose documents are exactly the rows `0..size-1`, none of them deleted.
  ///
  /// @param scratch a file to be made, for the later vectors
  /// @param maxBytes of lists; beyond half of it nothing of the base is copied any more
  /// @param workers threads up to the first [#refresh]; afterwards there is one
  public static PartitionOverlay over(Partitions base, Path scratch, long maxBytes, int workers)
      throws IOException {
    return new PartitionOverlay(base, base.size(), scratch, maxBytes, workers);
  }

  /// Beside an index of any kind: float32 partitions for later vectors alone, trained on a sample
  /// of the index's.
  ///
  /// @param vectors of the index; rows that follow are the later ones
  public static PartitionOverlay beside(
      VectorMatrix vectors, Path scratch, long maxBytes, int workers) throws IOException {
    Partitions trained = trainedOn(sample(vectors), workers);
    return new PartitionOverlay(trained, vectors.rows(), scratch, maxBytes, workers);
  }

  private static Partitions trainedOn(VectorMatrix sample, int workers) {
    IvfSettings settings =
        new IvfSettings(
            IvfEncoding.FLOAT32,
            IvfSettings.DEFAULT_FLAT_ROWS,
            false,
            IvfSettings.DEFAULT_RECALL,
            TRAINING_TIME,
            1,
            List.of(),
            workers);
    Partitioning trained =
        sample.rows() <= settings.flatRows()
            ? Partitioner.flat(sample)
            : Partitioner.partition(sample, settings, null);
    float[] spreads = FieldSections.of(sample, trained, workers).spreads();
    ProbeTable table =
        trained.trainedRows() == 0
            ? ProbeTable.all(trained.partitions())
            : Calibration.measure(sample, trained, spreads, settings);
    return Partitions.empty(trained, spreads, table, sample.rows());
  }

  /// Rows spread evenly; one of zeros where there are none.
  private static VectorMatrix sample(VectorMatrix vectors) {
    if (vectors.rows() == 0) {
      return NativeMatrix.copyOf(new float[vectors.dimension()], vectors.dimension());
    }
    int count = Math.min(SAMPLE_ROWS, vectors.rows());
    int[] rows =
        IntStream.range(0, count).map(i -> (int) ((long) i * vectors.rows() / count)).toArray();
    return NativeMatrix.select(vectors, rows);
  }

  /// Adds the vector of a row beyond all so far.
  ///
  /// @param vector float `[dimension]`, copied
  /// @throws IOException when the scratch file can't be written
  public void add(int row, float[] vector) throws IOException {
    int position = row - offset;
    room(position);
    vectors.set(position - base.size(), vector);
    if (pendingCount == PENDING_ROWS) {
      assign();
    }
    NativeMatrix.setRow(pending, pendingCount, vector);
    pendingPositions[pendingCount++] = position;
    live[position >>> 6] |= 1L << position;
    end = position + 1;
    size++;
  }

  /// Takes out the vector of a live row.
  public void remove(int row) {
    int position = row < base.size() ? base.position(row) : row - offset;
    live[position >>> 6] &= ~(1L << position);
    size--;
    int partition =
        position < base.size() ? base.partitionAt(position) : partitionOf[position - base.size()];
    if (partition != UNASSIGNED) {
      @Nullable PartitionList list = lists[partition];
      if (list != null && (position >= base.size() || list.replaces())) {
        list.died();
      } else {
        baseDead[partition]++;
      }
      weigh(partition);
    }
  }

  /// What everything applied so far amounts to.
  public OverlaidPartitions refresh() {
    assign();
    published = true;
    if (end == base.size() && size == end) {
      return OverlaidPartitions.of(base);
    }
    views = views.length == 0 ? new PartitionList.View[base.count()] : views.clone();
    for (int p = changed.nextSetBit(0); p >= 0; p = changed.nextSetBit(p + 1)) {
      views[p] = list(p).view();
    }
    changed.clear();
    return new OverlaidPartitions(
        base,
        Arrays.copyOf(live, Math.ceilDiv(end + 1, Long.SIZE)),
        views,
        vectors.matrix(),
        end - base.size(),
        offset,
        size,
        swept);
  }

  /// Folds some of the partitions that have too many dead vectors, if any.
  ///
  /// @return whether there were; then the next [#refresh] knows of it
  public boolean fold() {
    int copied = 0;
    boolean folded = false;
    while (copied < FOLDED_ROWS && !wasteful.isEmpty()) {
      int partition = wasteful.remove();
      isWasteful.clear(partition);
      copied += fold(partition);
      folded = true;
      BackgroundThreads.giveWay();
    }
    return folded;
  }

  /// What the lists and the bookkeeping take; the vectors themselves are in the scratch file.
  public long bytes() {
    return listBytes + (long) live.length * Long.BYTES + (long) partitionOf.length * Integer.BYTES;
  }

  /// The number of partitions with a list.
  public int lists() {
    int count = 0;
    for (@Nullable PartitionList list : lists) {
      count += list == null ? 0 : 1;
    }
    return count;
  }

  /// Closes the scratch file; what was refreshed stays readable.
  @Override
  public void close() throws IOException {
    vectors.close();
  }

  private void room(int position) {
    if (position >>> 6 >= live.length) {
      live = Arrays.copyOf(live, Math.max((position >>> 6) + 1, live.length + live.length / 2));
    }
    int number = position - base.size();
    if (number >= partitionOf.length) {
      int[] larger =
          Arrays.copyOf(partitionOf, Math.max(number + 1, partitionOf.length * 3 / 2 + 1_024));
      Arrays.fill(larger, partitionOf.length, larger.length, UNASSIGNED);
      partitionOf = larger;
    }
  }

  /// Puts what waits into lists.
  private void assign() {
    if (pendingCount == 0) {
      return;
    }
    VectorMatrix waiting =
        new VectorMatrix(
            pending.asSlice(0, (long) pendingCount * base.dimension() * Float.BYTES),
            pendingCount,
            base.dimension());
    // Until something can be searched there are no searches to leave the processor to.
    int[] numbers = nearest.ofAll(waiting, published ? 1 : workers);
    float[] vector = new float[base.dimension()];
    for (int i = 0; i < pendingCount; i++) {
      int position = pendingPositions[i];
      if ((live[position >>> 6] >>> position & 1) != 0) {
        waiting.copyRow(i, vector);
        append(nearest.given(numbers[i]), position, vector);
        BackgroundThreads.giveWay();
      }
    }
    pendingCount = 0;
  }

  private void append(int partition, int position, float[] vector) {
    PartitionList list = list(partition);
    listBytes -= list.bytes();
    list.append(position, vector, this::copy);
    listBytes += list.bytes();
    partitionOf[position - base.size()] = partition;
    swept++;
    changed.set(partition);
  }

  private PartitionList list(int partition) {
    @Nullable PartitionList list = lists[partition];
    if (list == null) {
      float[] centroid = new float[base.dimension()];
      base.centroids().matrix().copyRow(partition, centroid);
      boolean coded = base.encoding() == IvfEncoding.INT8;
      list = new PartitionList(base.encoding(), centroid, coded ? base.scale(partition) : 0);
      lists[partition] = list;
    }
    return list;
  }

  private void copy(int position, float[] target) {
    if (position < base.size()) {
      base.vectors().copyRow(position, target);
    } else {
      vectors.matrix().copyRow(position - base.size(), target);
    }
  }

  /// Notes a partition that has too many dead vectors by now.
  private void weigh(int partition) {
    @Nullable PartitionList list = lists[partition];
    int listed = list == null ? 0 : list.count();
    int dead = list == null ? 0 : list.dead();
    if (list == null || !list.replaces()) {
      listed += base.start(partition + 1) - base.start(partition);
      dead += baseDead[partition];
    }
    if (isWasted(dead, listed) && !isWasteful.get(partition)) {
      isWasteful.set(partition);
      wasteful.add(partition);
    }
  }

  private static boolean isWasted(int dead, int all) {
    return dead > MOST_WASTED * (all - dead) + SLACK_ROWS;
  }

  /// @return the rows passed over
  private int fold(int partition) {
    PartitionList list = list(partition);
    int from = base.start(partition);
    int to = base.start(partition + 1);
    boolean takesBase = !list.replaces() && takesBase(partition);
    int before = list.count() + (takesBase ? to - from : 0);
    PartitionList.@Nullable View view = list.view();
    IntStream ofBase = takesBase ? IntStream.range(from, to) : IntStream.empty();
    IntStream ofList =
        view == null ? IntStream.empty() : IntStream.range(0, view.count()).map(view::position);
    int[] kept =
        IntStream.concat(ofBase, ofList)
            .filter(position -> (live[position >>> 6] >>> position & 1) != 0)
            .toArray();
    listBytes -= list.bytes();
    list.replace(kept, takesBase || list.replaces(), this::copy);
    listBytes += list.bytes();
    swept += kept.length - before;
    changed.set(partition);
    return before + 1;
  }

  /// Whether the base's own waste is worth its room in memory.
  private boolean takesBase(int partition) {
    int rows = base.start(partition + 1) - base.start(partition);
    int dead = baseDead[partition];
    long bytes = (long) (rows - dead) * base.dimension() * Float.BYTES;
    return dead > MOST_WASTED * (rows - dead) && bytes() + bytes <= maxBytes / BASE_SHARE;
  }
}
