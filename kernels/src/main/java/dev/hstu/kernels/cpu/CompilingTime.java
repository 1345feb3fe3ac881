package dev.hstu.kernels.cpu;

import java.time.Duration;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// How long the compilers of a process that serves keep their full claim: until a while after it
/// began to serve every answer waits for code to be compiled, which matters more than what runs
/// beside it; then [CompilerThreads#lower] once. Later they compile what a swap or a first update
/// changes: half a second and more of a processor, for which others would wait in turns of
/// milliseconds.
///
/// Not for several threads.
public final class CompilingTime {

  /// After this a load has met what it compiles (RESULTS.md, a steady load).
  private static final Duration FULL_CLAIM = Duration.ofMinutes(2);

  private final LongSupplier nanoTime;
  private final IntSupplier lowering;
  private boolean begun;
  private boolean over;
  private long endNanos;

  public CompilingTime() {
    this(System::nanoTime, CompilerThreads::lower);
  }

  /// @param lowering says how many it lowered
  CompilingTime(LongSupplier nanoTime, IntSupplier lowering) {
    this.nanoTime = nanoTime;
    this.lowering = lowering;
  }

  /// Says that the process serves; the first time counts.
  public void begin() {
    if (!begun) {
      begun = true;
      endNanos = nanoTime.getAsLong() + FULL_CLAIM.toNanos();
    }
  }

  /// Lowers the compilers' claim, once, where the time is over. To be called now and then.
  public void look() {
    if (begun && !over && nanoTime.getAsLong() - endNanos >= 0) {
      over = true;
      int _ = lowering.getAsInt(); // none where the system hides them
    }
  }
}
