package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.scan.InnerProducts;
import dev.hstu.kernels.cpu.CodeLists;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Partitions, and what has become of them by one moment: which of their vectors are dead, and a
/// list of later vectors behind each. Made by [PartitionOverlay], or of partitions that nothing
/// happened to. Immutable; any thread may read.
///
/// Positions of the base come first, later vectors follow in the order of their documents. A later
/// vector's document is the row that [PartitionOverlay#add] was given.
public final class OverlaidPartitions {

  private static final VectorMatrix NONE = VectorMatrix.copyOf(new float[0], 1);
  private static final PartitionList.@Nullable View[] NO_LISTS = {};

  private final Partitions base;

  /// By position, a bit for what lives; null where everything does.
  private final long @Nullable [] live;

  /// By partition, null where nothing is added; empty where nothing ever was.
  private final PartitionList.@Nullable View[] lists;

  /// The lists for the kernel, by partition; none where there are no codes.
  private final CodeLists codeLists;

  /// By position beyond the base's.
  private final VectorMatrix later;

  /// What is added to a position to come to a later vector's document.
  private final int documentOffset;

  /// Later positions, dead ones included.
  private final int laterEnd;

  private final int size;
  private final int sweptRows;

  OverlaidPartitions(
      Partitions base,
      long[] live,
      PartitionList.@Nullable View[] lists,
      VectorMatrix later,
      int laterEnd,
      int documentOffset,
      int size,
      int sweptRows) {
    this.base = base;
    this.live = live;
    this.lists = lists;
    this.codeLists = base.encoding() == IvfEncoding.INT8 ? codeLists(base, lists) : CodeLists.NONE;
    this.later = later;
    this.laterEnd = laterEnd;
    this.documentOffset = documentOffset;
    this.size = size;
    this.sweptRows = sweptRows;
  }

  private OverlaidPartitions(Partitions base) {
    this.base = base;
    this.live = null;
    this.lists = NO_LISTS;
    this.codeLists = CodeLists.NONE;
    this.later = NONE;
    this.laterEnd = 0;
    this.documentOffset = 0;
    this.size = base.size();
    this.sweptRows = base.size();
  }

  private static CodeLists codeLists(Partitions base, PartitionList.@Nullable View[] lists) {
    CodeLists.@Nullable CodeList[] coded = new CodeLists.CodeList[lists.length];
    for (int partition = 0; partition < lists.length; partition++) {
      PartitionList.@Nullable View list = lists[partition];
      coded[partition] = list == null ? null : list.coded();
    }
    return CodeLists.of(base.dimension(), coded);
  }

  /// Nothing over partitions.
  public static OverlaidPartitions of(Partitions base) {
    return new OverlaidPartitions(base);
  }

  /// The vectors that are live.
  public int size() {
    return size;
  }

  /// The vectors that a sweep of all partitions passes over, dead ones included.
  public int sweptRows() {
    return sweptRows;
  }

  /// The length of the vectors.
  public int dimension() {
    return base.dimension();
  }

  /// The number of partitions.
  public int count() {
    return base.count();
  }

  /// How many partitions to sweep so that the best k are found with this recall. The table knows
  /// the base: where less is live than it was measured on, the best k of what is left are the best
  /// of more of what there was. Where more is live the same partitions are taken, which then hold
  /// more: new vectors needn't be spread as the old ones are.
  ///
  /// @param k may be more than there are, and a fraction: k over the share of vectors that a filter
  ///     lets through
  /// @param recall within 0..1; 1 gives all partitions
  public int probes(double k, double recall) {
    return base.probes(k * Math.max(1, (double) base.calibratedRows() / Math.max(1, size)), recall);
  }

  /// Hands over the documents that stand in a partition that a query can rank.
  public void forEachReachable(IntConsumer document) {
    for (int partition = 0; partition < count(); partition++) {
      if (base.isRankable(partition)) {
        if (!isReplaced(partition)) {
          for (int at = base.start(partition); at < base.start(partition + 1); at++) {
            handOver(at, document);
          }
        }
        PartitionList.@Nullable View list = list(partition);
        for (int i = 0; list != null && i < list.count(); i++) {
          handOver(list.position(i), document);
        }
      }
    }
  }

  private void handOver(int position, IntConsumer document) {
    if (isLive(position)) {
      document.accept(document(position));
    }
  }

  /// Compares a query with every later vector that lives and passes.
  ///
  /// @param target gets document and full-precision product
  /// @return how many were compared
  public long scanLater(float[] query, DocumentFilter filter, FoundDocuments target) {
    long compared = 0;
    for (int number = 0; number < laterEnd; number++) {
      int position = base.size() + number;
      if (isLive(position) && filter.accepts(document(position))) {
        target.accept(document(position), InnerProducts.ofRow(query, later, number));
        compared++;
      }
    }
    return compared;
  }

  /// What the lists lie over.
  public Partitions base() {
    return base;
  }

  /// By position, the lowest bit first; null where all live.
  long @Nullable [] live() {
    return live;
  }

  /// Whether the vector at a position isn't dead.
  boolean isLive(int position) {
    long @Nullable [] bits = live;
    return bits == null || (bits[position >>> 6] >>> position & 1) != 0;
  }

  /// Whether there may be any list.
  boolean hasLists() {
    return lists.length > 0;
  }

  /// What lies behind the partitions, in codes.
  CodeLists codeLists() {
    return codeLists;
  }

  /// What lies behind a partition of the base, null for nothing.
  PartitionList.@Nullable View list(int partition) {
    return lists.length == 0 ? null : lists[partition];
  }

  /// Whether a partition's list is all there is of it.
  boolean isReplaced(int partition) {
    PartitionList.@Nullable View list = list(partition);
    return list != null && list.replaces();
  }

  /// Later vectors by position, less the base's size.
  VectorMatrix later() {
    return later;
  }

  int document(int position) {
    return position < base.size() ? base.document(position) : position + documentOffset;
  }
}
