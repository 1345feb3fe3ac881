package dev.hstu.kernels.cuda;

/// The shapes of an HSTU model as the kernels take them (HSTU.md, "Names").
///
/// @param items `V`
/// @param maxEvents `Nmax`, 1..16,384
/// @param slots `N`, above `maxEvents`
/// @param dim `D`, 1..1,024
/// @param heads `h`, 1..64
/// @param queryDim `dqk`, 1..1,024
/// @param valueDim `dv`, 1..1,024
/// @param blocks `b`, 1..64
public record CudaShape(
    int items,
    int maxEvents,
    int slots,
    int dim,
    int heads,
    int queryDim,
    int valueDim,
    int blocks) {

  private static final int MAX_EVENTS = 16_384;
  private static final int MAX_WIDTH = 1_024;
  private static final int MAX_COUNT = 64;
  private static final int TIME_TABLE = 129;

  public CudaShape {
    requireWithin("items", items, 1, Integer.MAX_VALUE - 8);
    requireWithin("maxEvents", maxEvents, 1, MAX_EVENTS);
    requireWithin("slots", slots, maxEvents + 1, 2 * MAX_EVENTS);
    requireWithin("dim", dim, 1, MAX_WIDTH);
    requireWithin("heads", heads, 1, MAX_COUNT);
    requireWithin("queryDim", queryDim, 1, MAX_WIDTH);
    requireWithin("valueDim", valueDim, 1, MAX_WIDTH);
    requireWithin("blocks", blocks, 1, MAX_COUNT);
  }

  /// Float32 values of every tensor, in the order [CudaModel#open] takes them.
  long[] tensorSizes() {
    long[] sizes = new long[2 + 5 * blocks];
    sizes[0] = (items + 1L) * dim;
    sizes[1] = (long) slots * dim;
    for (int at = 2; at < sizes.length; at += 5) {
      sizes[at] = 2L * dim * heads * (valueDim + queryDim);
      sizes[at + 1] = (long) dim * heads * valueDim;
      sizes[at + 2] = dim;
      sizes[at + 3] = 2L * slots - 1;
      sizes[at + 4] = TIME_TABLE;
    }
    return sizes;
  }

  /// @throws IllegalArgumentException when a head is too wide for `precision`, naming the mend
  void requireFits(CudaPrecision precision) {
    int widest = Math.max(queryDim, valueDim);
    if (widest > precision.maxHeadWidth()) {
      throw new IllegalArgumentException(
          "head width %d is beyond the %d of %s; choose float32"
              .formatted(widest, precision.maxHeadWidth(), precision));
    }
  }

  private static void requireWithin(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s=%d must be within %d..%d".formatted(name, value, least, most));
    }
  }
}
