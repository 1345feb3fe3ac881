package dev.hstu.kernels.cpu;

import java.util.Arrays;
import java.util.Objects;

/// Which queries ask for which partitions, in the order of a sweep: scratch memory that grows to
/// the largest use so far. For one thread.
public final class PartitionVisits {

  private int partitionCount;
  private int queryCount;
  private int size;
  private int ordered;

  int[] partitions = new int[0];
  int[] queries = new int[0];
  float[] bases = new float[0];

  private int[] toOrderPartitions = new int[0];
  private int[] toOrderQueries = new int[0];
  private float[] toOrderBases = new float[0];
  private int[] ends = new int[0];

  /// Forgets all visits.
  ///
  /// @param partitionsInAll that may be asked for, with lists
  /// @param queriesInAll that may ask
  public void begin(int partitionsInAll, int queriesInAll) {
    partitionCount = partitionsInAll;
    queryCount = queriesInAll;
    size = 0;
    ordered = 0;
  }

  /// Adds a visit behind the others.
  ///
  /// @param base the product of the query with the partition's centroid
  public void add(int partition, int query, float base) {
    if (size == partitions.length) {
      int grown = Math.max(64, 2 * size);
      partitions = Arrays.copyOf(partitions, grown);
      queries = Arrays.copyOf(queries, grown);
      bases = Arrays.copyOf(bases, grown);
    }
    partitions[size] = Objects.checkIndex(partition, partitionCount);
    queries[size] = Objects.checkIndex(query, queryCount);
    bases[size++] = base;
  }

  /// Orders those added since the last call by partition, so that visits of one share its loads.
  public void order() {
    if (ends.length <= partitionCount) {
      ends = new int[partitionCount + 1];
    }
    if (toOrderPartitions.length < size - ordered) {
      toOrderPartitions = new int[partitions.length];
      toOrderQueries = new int[partitions.length];
      toOrderBases = new float[partitions.length];
    }
    int count = size - ordered;
    System.arraycopy(partitions, ordered, toOrderPartitions, 0, count);
    System.arraycopy(queries, ordered, toOrderQueries, 0, count);
    System.arraycopy(bases, ordered, toOrderBases, 0, count);
    Arrays.fill(ends, 0, partitionCount + 1, 0);
    for (int i = 0; i < count; i++) {
      ends[toOrderPartitions[i] + 1]++;
    }
    ends[0] = ordered;
    for (int p = 0; p < partitionCount; p++) {
      ends[p + 1] += ends[p];
    }
    for (int i = 0; i < count; i++) {
      int at = ends[toOrderPartitions[i]]++;
      partitions[at] = toOrderPartitions[i];
      queries[at] = toOrderQueries[i];
      bases[at] = toOrderBases[i];
    }
    ordered = size;
  }

  /// The number of visits.
  public int size() {
    return size;
  }

  /// The partition of a visit.
  public int partition(int visit) {
    return partitions[Objects.checkIndex(visit, size)];
  }

  /// The query of a visit.
  public int query(int visit) {
    return queries[Objects.checkIndex(visit, size)];
  }

  /// The product of the query with the centroid of the partition of a visit.
  public float base(int visit) {
    return bases[Objects.checkIndex(visit, size)];
  }

  int queryCount() {
    return queryCount;
  }

  int partitionCount() {
    return partitionCount;
  }
}
