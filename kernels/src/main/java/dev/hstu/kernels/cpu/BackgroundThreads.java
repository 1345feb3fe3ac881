package dev.hstu.kernels.cpu;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Threads that leave the processors to others: what nobody waits for must not slow what somebody
/// does. Java's own priorities have no effect on Linux unless the whole machine runs as root, but
/// any process may lower its threads' claims by `setpriority(2)`, which there counts for the
/// calling thread alone. Threads that such a thread starts are as modest as it is.
///
/// That alone isn't enough: a thread that is woken waits until the one on its processor has used up
/// its turn of some milliseconds, however little that one claims, and the whole virtual machine
/// waits for a thread that has lost its processor and is to stop at a safepoint. So long work calls
/// [#giveWay] between its pieces. Elsewhere than on Linux that is all these threads do.
public final class BackgroundThreads {

  /// A tenth of the time of an ordinary thread where both want the same processor, all of it where
  /// it is idle. 19, the least, could starve the opening of a generation for minutes.
  private static final int NICENESS = 10;

  /// What somebody else may have to wait, well below the time of a search, and …
  private static final long WORK_NANOS = 200_000;

  /// … how long the processor is left to others then, at least: long enough for one search.
  private static final long REST_NANOS = 200_000;

  /// A piece that took longer is followed by a rest as long as it, up to this.
  private static final long MOST_REST_NANOS = 10_000_000;

  private static final ThreadLocal<@Nullable Pace> PACE =
      new InheritableThreadLocal<>() {
        @Override
        protected @Nullable Pace childValue(@Nullable Pace ofParent) {
          return ofParent == null ? null : new Pace(ofParent.rests);
        }
      };

  private static final int PRIO_PROCESS = 0;
  private static final int CALLING_THREAD = 0;

  private static final Optional<MethodHandle> SET_PRIORITY = link();

  /// Of ordinary claim, whoever comes first: it is started with this class, before any thread that
  /// this class lowers.
  private static final ThreadPoolExecutor FOREGROUND = foreground();

  private BackgroundThreads() {}

  /// Makes daemon threads of this name.
  public static ThreadFactory factory(String name) {
    ThreadFactory threads = Thread.ofPlatform().daemon().name(name).factory();
    return work ->
        threads.newThread(
            () -> {
              lower();
              PACE.set(new Pace(true));
              work.run();
            });
  }

  /// Rests a moment where the calling thread is one of these and has worked for a while; on any
  /// other thread it does nothing, in nanoseconds. To be called between pieces of long work, with
  /// no lock held; others wait as long as a piece takes, a tenth of a millisecond where it can be
  /// cut.
  public static void giveWay() {
    @Nullable Pace pace = PACE.get();
    if (pace != null) {
      pace.rest();
    }
  }

  /// Says whether the calling thread, where it is one of these, rests when it is to give way: it
  /// needn't as long as there is nobody to leave the processor to.
  public static void setResting(boolean rests) {
    @Nullable Pace pace = PACE.get();
    if (pace != null) {
      pace.rests = rests;
    }
  }

  /// Calls on a thread of ordinary claim, this one or another, and waits: threads that are started
  /// meanwhile serve requests, although what they belong to is opened by a thread that leaves the
  /// processors to others.
  ///
  /// @param work one at a time where several threads of this class ask
  public static <T> T inForeground(Supplier<T> work) {
    if (PACE.get() == null) {
      return work.get();
    }
    try {
      return CompletableFuture.supplyAsync(work, FOREGROUND).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException thrown ? thrown : e;
    }
  }

  private static ThreadPoolExecutor foreground() {
    ThreadFactory threads =
        Thread.ofPlatform()
            .daemon()
            .name("foreground")
            .inheritInheritableThreadLocals(false)
            .factory();
    ThreadPoolExecutor one =
        new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    one.prestartCoreThread();
    return one;
  }

  /// How many threads may work for the calling one: half of the processors where it is to leave
  /// them to others.
  ///
  /// @param most of them, at least 1
  public static int workers(int most) {
    int processors = Runtime.getRuntime().availableProcessors();
    @Nullable Pace pace = PACE.get();
    int free = pace != null && pace.rests ? processors / 2 : processors;
    return Math.clamp(free, 1, most);
  }

  /// How long one thread has worked.
  private static final class Pace {

    private long begun = System.nanoTime();
    private boolean rests;

    Pace(boolean rests) {
      this.rests = rests;
    }

    void rest() {
      long worked = System.nanoTime() - begun;
      if (rests && worked >= WORK_NANOS) {
        LockSupport.parkNanos(Math.clamp(worked, REST_NANOS, MOST_REST_NANOS));
        begun = System.nanoTime();
      }
    }
  }

  /// Lowers the claim of the calling thread for the rest of its life.
  ///
  /// @return whether the system did so
  static boolean lower() {
    return lower(CALLING_THREAD);
  }

  /// Lowers the claim of a thread for the rest of its life.
  ///
  /// @param thread its number in the system, of this process
  /// @return whether the system did so
  static boolean lower(int thread) {
    if (SET_PRIORITY.isEmpty()) {
      return false;
    }
    try {
      return (int) SET_PRIORITY.get().invokeExact(PRIO_PROCESS, thread, NICENESS) == 0;
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
