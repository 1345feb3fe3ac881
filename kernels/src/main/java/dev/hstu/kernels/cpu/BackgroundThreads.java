package dev.hstu.kernels.cpu;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/// Threads that leave the processors to others: what nobody waits for must not slow what somebody
/// does. Java's own priorities have no effect on Linux unless the whole machine runs as root, but
/// any process may lower its threads' claims by `setpriority(2)`, which there counts for the
/// calling thread alone. Threads that such a thread starts are as modest as it is.
///
/// Elsewhere the threads are ordinary ones.
public final class BackgroundThreads {

  /// A tenth of the time of an ordinary thread where both want the same processor, all of it where
  /// it is idle. 19, the least, could starve the opening of a generation for minutes.
  private static final int NICENESS = 10;

  private static final int PRIO_PROCESS = 0;
  private static final int CALLING_THREAD = 0;

  private static final Optional<MethodHandle> SET_PRIORITY = link();

  private BackgroundThreads() {}

  /// Makes daemon threads of this name.
  public static ThreadFactory factory(String name) {
    ThreadFactory threads = Thread.ofPlatform().daemon().name(name).factory();
    return work ->
        threads.newThread(
            () -> {
              lower();
              work.run();
            });
  }

  /// Lowers the claim of the calling thread for the rest of its life.
  ///
  /// @return whether the system did so
  static boolean lower() {
    if (SET_PRIORITY.isEmpty()) {
      return false;
    }
    try {
      return (int) SET_PRIORITY.get().invokeExact(PRIO_PROCESS, CALLING_THREAD, NICENESS) == 0;
    } catch (Throwable e) {
      throw new IllegalStateException("setpriority could not be called", e);
    }
  }

  private static Optional<MethodHandle> link() {
    if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("linux")) {
      return Optional.empty();
    }
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> function = linker.defaultLookup().find("setpriority");
    return function.map(
        address ->
            linker.downcallHandle(
                address,
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT)));
  }
}
