package dev.hstu.kernels.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// The claim of a thread that gets a processor as soon as it wants one, before all ordinary
/// threads: `SCHED_FIFO` of sched(7). For threads that mostly wait and must be on time, such as
/// those that measure; one that computes would keep everybody else out.
public final class RealTimeClaim {

  private static final int CALLING_THREAD = 0;
  private static final int SCHED_FIFO = 1;
  private static final int LOWEST = 1;

  private RealTimeClaim() {}

  /// Takes it for the calling thread, for the rest of its life.
  ///
  /// @return whether the system granted it: Linux does to root and to who has `CAP_SYS_NICE`
  public static boolean take() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> function = linker.defaultLookup().find("sched_setscheduler");
    if (function.isEmpty()) {
      return false;
    }
    MethodHandle set =
        linker.downcallHandle(
            function.get(),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment priority = arena.allocateFrom(ValueLayout.JAVA_INT, LOWEST);
      return (int) set.invokeExact(CALLING_THREAD, SCHED_FIFO, priority) == 0;
    } catch (Throwable e) {
      throw new IllegalStateException("sched_setscheduler could not be called", e);
    }
  }
}
