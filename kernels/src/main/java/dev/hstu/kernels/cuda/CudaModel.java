package dev.hstu.kernels.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// A model's weights on a GPU; owns them. Any number of threads may open lanes of it.
public final class CudaModel implements AutoCloseable {

  /// Bounds on a lane, as in `hstu_cuda.h`: what no sensible budget reaches.
  public static final int MAX_LANE_TOKENS = 1 << 22;

  public static final int MAX_LANE_USERS = 1 << 18;

  private final CudaShape shape;
  private final CudaPrecision precision;
  private final MemorySegment handle;
  private int openLanes;
  private boolean closed;

  private CudaModel(CudaShape shape, CudaPrecision precision, MemorySegment handle) {
    this.shape = shape;
    this.precision = precision;
    this.handle = handle;
  }

  /// Copies weights to a device.
  ///
  /// @param device its index, see [CudaDevices]
  /// @param weights float32 row-major in native byte order, any alignment, on or off the heap, not
  ///     kept: `E (V+1, D)`, `P (N, D)`, then for every block `W (D, 2·h·dv + 2·h·dqk)`, `Wo (D,
  ///     h·dv)`, `bo (D)`, `pos (2N-1)`, `time (129)`
  /// @throws IllegalArgumentException when their number, a size or a head's width doesn't fit
  /// @throws CudaException when the device can't hold or run it; nothing stays allocated
  public static CudaModel open(
      int device, CudaPrecision precision, CudaShape shape, List<MemorySegment> weights) {
    shape.requireFits(precision);
    requireSizes(shape, weights);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sizes =
          arena.allocateFrom(
              ValueLayout.JAVA_INT,
              shape.items(),
              shape.maxEvents(),
              shape.slots(),
              shape.dim(),
              shape.heads(),
              shape.queryDim(),
              shape.valueDim(),
              shape.blocks());
      MemorySegment addresses = arena.allocate(ValueLayout.ADDRESS, weights.size());
      for (int i = 0; i < weights.size(); i++) {
        addresses.setAtIndex(ValueLayout.ADDRESS, i, offHeap(weights.get(i), arena));
      }
      MemorySegment handle =
          CudaFunctions.openModel(device, precision.code(), sizes, addresses, weights.size());
      return new CudaModel(shape, precision, handle);
    }
  }

  private static void requireSizes(CudaShape shape, List<MemorySegment> weights) {
    long[] sizes = shape.tensorSizes();
    if (weights.size() != sizes.length) {
      throw new IllegalArgumentException(
          "%d weights given; %d blocks need %d"
              .formatted(weights.size(), shape.blocks(), sizes.length));
    }
    for (int i = 0; i < sizes.length; i++) {
      if (weights.get(i).byteSize() != sizes[i] * Float.BYTES) {
        throw new IllegalArgumentException(
            "weight %d has %d bytes; this shape needs %d"
                .formatted(i, weights.get(i).byteSize(), sizes[i] * Float.BYTES));
      }
    }
  }

  private static MemorySegment offHeap(MemorySegment weight, Arena arena) {
    return weight.isNative()
        ? weight
        : arena.allocate(weight.byteSize(), Float.BYTES).copyFrom(weight);
  }

  public CudaShape shape() {
    return shape;
  }

  public CudaPrecision precision() {
    return precision;
  }

  /// Takes all the memory that encoding batches of this size needs.
  ///
  /// @param maxTokens events of a batch, `Nmax`..[#MAX_LANE_TOKENS]
  /// @param maxUsers users of a batch, 1..[#MAX_LANE_USERS]
  /// @throws CudaException when there is less; nothing stays allocated
  public synchronized CudaLane openLane(int maxTokens, int maxUsers) {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    requireWithin("maxTokens", maxTokens, shape.maxEvents(), MAX_LANE_TOKENS);
    requireWithin("maxUsers", maxUsers, 1, MAX_LANE_USERS);
    CudaLane lane =
        new CudaLane(
            this, CudaFunctions.openLane(handle, maxTokens, maxUsers), maxTokens, maxUsers);
    openLanes++;
    return lane;
  }

  /// Takes pages for kept states, as many as `bytes` hold.
  ///
  /// @param bytes at least the pages of one user of `Nmax` events
  /// @param maxUsers users of a call, 1..[CudaStates#MAX_USERS]
  /// @throws CudaException when there is less memory, or the model isn't bfloat16
  public synchronized CudaStates openStates(long bytes, int maxUsers) {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    requireWithin("maxUsers", maxUsers, 1, CudaStates.MAX_USERS);
    CudaStates states = new CudaStates(this, CudaFunctions.openStates(handle, bytes, maxUsers));
    openLanes++;
    return states;
  }

  private static void requireWithin(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s=%d must be within %d..%d".formatted(name, value, least, most));
    }
  }

  synchronized void laneClosed() {
    openLanes--;
  }

  /// Frees the weights; a second call does nothing.
  ///
  /// @throws IllegalStateException while a lane of it is open
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    if (openLanes > 0) {
      throw new IllegalStateException(
          "%d lanes or states are open; close them first".formatted(openLanes));
    }
    closed = true;
    CudaFunctions.closeModel(handle);
  }
}
