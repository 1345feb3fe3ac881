package dev.hstu.kernels.cpu;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/// [Int8Sweep] by `hstu_sweep_int8` of `src/main/native/cpu`, for processors with AVX-512 VNNI,
/// whose one instruction takes 64 products into 16 sums.
public final class NativeSweep implements Int8Sweep {

  /// Whether the kernel runs here.
  public sealed interface Availability {

    /// It does.
    record Present(NativeSweep sweep) implements Availability {}

    /// It doesn't.
    ///
    /// @param reason a sentence for the user
    record Absent(String reason) implements Availability {}
  }

  /// Looked up once, and constant for the compiler; only touched where the library is loaded.
  private static final class Linked {
    private static final MethodHandle SWEEP =
        CpuLibrary.function(
            "hstu_sweep_int8",
            FunctionDescriptor.ofVoid(
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG),
            // Runs for some ten microseconds and calls nothing back.
            Linker.Option.critical(false));
  }

  private static final Availability AVAILABILITY = availability();

  private NativeSweep() {}

  private static Availability availability() {
    return switch (CpuLibrary.STATE) {
      case CpuLibrary.Loaded loaded -> new Availability.Present(new NativeSweep());
      case CpuLibrary.Refused refused -> new Availability.Absent(refused.reason());
    };
  }

  /// The kernel, or why it isn't to be had. The library is loaded by the first call.
  public static Availability here() {
    return AVAILABILITY;
  }

  @Override
  public void sweep(
      MemorySegment codes, long offsetBytes, long nextOffsetBytes, int rows, SweepBuffers buffers) {
    Objects.checkFromToIndex(0, rows, buffers.maxRows());
    long bytes = CodeBlocks.count(rows) * CodeBlocks.blockBytes(buffers.dimension());
    Objects.checkFromIndexSize(offsetBytes, bytes, codes.byteSize());
    MemorySegment next =
        nextOffsetBytes == NO_NEXT ? MemorySegment.NULL : codes.asSlice(nextOffsetBytes);
    try {
      Linked.SWEEP.invokeExact(
          codes.asSlice(offsetBytes),
          next,
          rows,
          CodeBlocks.groups(buffers.dimension()),
          buffers.queryCodes(),
          buffers.queries(),
          buffers.floors(),
          buffers.floorsPerBlock() ? 1 : 0,
          buffers.rows(),
          buffers.products(),
          buffers.counts(),
          (long) buffers.maxRows());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("the kernel declares no exception", e);
    }
  }

  @Override
  public String description() {
    return "AVX-512 VNNI kernel";
  }
}
