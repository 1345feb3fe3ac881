package dev.hstu.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.Objects;

/// Sweeps of int8 codes that keep the best by their scores, without a step in Java for each row, by
/// `src/main/native/cpu/hstu_best.c`. Runs where [NativeSweep] does. Stateless: any thread may
/// call, each with scratch memory of its own.
public final class NativeBest {

  /// Visits of a call, or a few more: at 64 columns some 50 µs, for which no thread can be stopped.
  private static final int VISITS_OF_A_CALL = 64;

  private static final Linker.Option HEAP = Linker.Option.critical(true);

  private static final MethodHandle SELECT =
      CpuLibrary.function(
          "hstu_select_greatest",
          FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS),
          HEAP);

  private static final MethodHandle SWEEP =
      CpuLibrary.function(
          "hstu_sweep_partitions",
          FunctionDescriptor.of(
              JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS,
              ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
              ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT),
          HEAP);

  private static final MethodHandle RANK =
      CpuLibrary.function(
          "hstu_rank_rows",
          FunctionDescriptor.ofVoid(
              ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS,
              JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS),
          HEAP);

  private NativeBest() {}

  /// Moves the greatest of some distinct keys to their front.
  ///
  /// @param keys `[..][first, first + count)`
  /// @param keep 1..`count`
  /// @param scratch at least `[count]`
  /// @return the least of those moved
  public static long selectGreatest(long[] keys, int first, int count, int keep, long[] scratch) {
    Objects.checkFromIndexSize(first, count, keys.length);
    Objects.checkFromIndexSize(0, count, scratch.length);
    Objects.checkIndex(keep - 1, count);
    try {
      return (long)
          SELECT.invokeExact(
              MemorySegment.ofArray(keys).asSlice((long) first * Long.BYTES),
              count,
              keep,
              MemorySegment.ofArray(scratch));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw declaresNone(e);
    }
  }

  /// Drops all but the best of what a query keeps, as many as it wants.
  ///
  /// @return the least key kept, or `Long.MIN_VALUE` where it keeps no more than it wants
  public static long select(KeptKeys kept, int query) {
    int count = kept.counts[query];
    int wanted = kept.wanted[query];
    if (count <= wanted) {
      return Long.MIN_VALUE;
    }
    kept.counts[query] = wanted;
    return selectGreatest(kept.keys, kept.firstKey(query), count, wanted, kept.scratch);
  }

  /// Sweeps some of the visits and adds to what their queries keep.
  ///
  /// @param lists behind the partitions, visited by the number of partitions plus their own
  /// @param at where to begin: 0, or what the last call returned
  /// @return where it stopped, to be asked of [#visit]: at the end, or where some query has no room
  ///     ([KeptKeys#hasRoom]), or after enough visits for one call
  public static long sweep(
      PartitionCodes partitions, CodeLists lists, PartitionVisits visits, KeptKeys kept, long at) {
    Objects.checkIndex(visits.partitionCount() - 1, partitions.count() + lists.count());
    Objects.checkIndex(visits.queryCount() - 1, kept.queries());
    Objects.checkIndex(visit(at), visits.size());
    requireDimension(partitions.dimension(), kept.dimension());
    if (lists.count() > 0) {
      requireDimension(lists.dimension(), kept.dimension());
    }
    try {
      return (long)
          SWEEP.invokeExact(
              partitions.codes(),
              CodeBlocks.groups(partitions.dimension()),
              partitions.count(),
              MemorySegment.ofArray(partitions.starts()),
              MemorySegment.ofArray(partitions.blockStarts()),
              MemorySegment.ofArray(partitions.scales()),
              MemorySegment.ofArray(lists.codes),
              MemorySegment.ofArray(lists.rows),
              MemorySegment.ofArray(lists.counts),
              MemorySegment.ofArray(lists.scales),
              MemorySegment.ofArray(visits.partitions),
              MemorySegment.ofArray(visits.queries),
              MemorySegment.ofArray(visits.bases),
              visits.size(),
              visit(at),
              (int) at,
              VISITS_OF_A_CALL,
              MemorySegment.ofArray(kept.codes),
              MemorySegment.ofArray(kept.steps),
              MemorySegment.ofArray(kept.floors),
              MemorySegment.ofArray(kept.keys),
              MemorySegment.ofArray(kept.counts),
              kept.room());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw declaresNone(e);
    } finally {
      // The kernel has their addresses alone.
      Reference.reachabilityFence(lists);
    }
  }

  /// The visit at which a sweep stopped.
  public static int visit(long at) {
    return (int) (at >> Integer.SIZE);
  }

  /// Keeps for each query the rows that promise most: `weight · spread + product`, in no order.
  ///
  /// @param codes native memory that holds [CodeBlocks]
  /// @param rowSteps float32 `[⌈rows/16⌉]`: the value of one step of each block's codes
  /// @param spreads float32 `[rows]`
  public static void rank(
      MemorySegment codes, int rows, float[] rowSteps, float[] spreads, KeptKeys kept) {
    Objects.checkFromIndexSize(
        0, CodeBlocks.count(rows) * CodeBlocks.blockBytes(kept.dimension()), codes.byteSize());
    Objects.checkFromIndexSize(0, CodeBlocks.count(rows), rowSteps.length);
    Objects.checkFromIndexSize(0, rows, spreads.length);
    try {
      RANK.invokeExact(
          codes,
          rows,
          CodeBlocks.groups(kept.dimension()),
          MemorySegment.ofArray(rowSteps),
          MemorySegment.ofArray(spreads),
          MemorySegment.ofArray(kept.codes),
          MemorySegment.ofArray(kept.steps),
          MemorySegment.ofArray(kept.weights),
          MemorySegment.ofArray(kept.wanted),
          kept.queries(),
          MemorySegment.ofArray(kept.keys),
          MemorySegment.ofArray(kept.counts),
          kept.room(),
          MemorySegment.ofArray(kept.scratch));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw declaresNone(e);
    }
  }

  private static void requireDimension(int dimension, int ofQueries) {
    if (dimension != ofQueries) {
      throw new IllegalArgumentException(
          "codes of %d columns can't be swept with queries of %d".formatted(dimension, ofQueries));
    }
  }

  private static IllegalStateException declaresNone(Throwable e) {
    return new IllegalStateException("the kernel declares no exception", e);
  }
}
