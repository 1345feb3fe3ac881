package dev.hstu.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Only the thread itself is lowered, and by as much as is said; long work on it rests.
@EnabledOnOs(OS.LINUX)
class BackgroundThreadsTest {

  @Test
  void aThreadOfTheFactoryIsModestAndItsMakerIsNot() throws Exception {
    int before = niceness();
    CompletableFuture<Integer> inside = new CompletableFuture<>();
    Thread thread =
        BackgroundThreads.factory("modest").newThread(() -> inside.complete(nicenessUnchecked()));
    thread.start();

    assertThat(inside.get()).isEqualTo(Math.max(before, 10));
    assertThat(niceness()).isEqualTo(before);
    assertThat(thread.getName()).isEqualTo("modest");
    assertThat(thread.isDaemon()).isTrue();
  }

  @Test
  void longWorkOfSuchAThreadRests() throws Exception {
    CompletableFuture<Long> rests = new CompletableFuture<>();
    BackgroundThreads.factory("modest").newThread(() -> rests.complete(restsOfWork())).start();

    assertThat(rests.get()).isPositive();
  }

  @Test
  void soDoThreadsThatItStarts() throws Exception {
    CompletableFuture<Long> rests = new CompletableFuture<>();
    BackgroundThreads.factory("modest")
        .newThread(() -> Thread.ofPlatform().daemon().start(() -> rests.complete(restsOfWork())))
        .start();

    assertThat(rests.get()).isPositive();
  }

  @Test
  void aThreadThatIsNotToRestDoesNot() throws Exception {
    CompletableFuture<Long> rests = new CompletableFuture<>();
    BackgroundThreads.factory("modest")
        .newThread(
            () -> {
              BackgroundThreads.setResting(false);
              rests.complete(restsOfWork());
            })
        .start();

    assertThat(rests.get()).isZero();
  }

  @Test
  void aPieceThatCantBeCutIsFollowedByARestAsLong() throws Exception {
    CompletableFuture<long[]> workedAndRested = new CompletableFuture<>();
    BackgroundThreads.factory("modest")
        .newThread(() -> workedAndRested.complete(workAndRest()))
        .start();

    long[] nanos = workedAndRested.get();
    assertThat(nanos[1]).isGreaterThanOrEqualTo(nanos[0]);
  }

  @Test
  void onlyHalfOfTheProcessorsWorkForSuchAThread() throws Exception {
    int processors = Runtime.getRuntime().availableProcessors();
    CompletableFuture<Integer> resting = new CompletableFuture<>();
    CompletableFuture<Integer> notToRest = new CompletableFuture<>();
    BackgroundThreads.factory("modest")
        .newThread(
            () -> {
              resting.complete(BackgroundThreads.workers(processors));
              BackgroundThreads.setResting(false);
              notToRest.complete(BackgroundThreads.workers(processors));
            })
        .start();

    assertThat(resting.get()).isEqualTo(Math.max(1, processors / 2));
    assertThat(notToRest.get()).isEqualTo(processors);
    assertThat(BackgroundThreads.workers(processors)).isEqualTo(processors);
    assertThat(BackgroundThreads.workers(1)).isEqualTo(1);
  }

  @Test
  void whatSuchAThreadStartsInTheForegroundIsAsAnyOther() throws Exception {
    int ordinary = niceness();
    CompletableFuture<Integer> niceness = new CompletableFuture<>();
    CompletableFuture<Long> rests = new CompletableFuture<>();
    BackgroundThreads.factory("modest")
        .newThread(
            () ->
                BackgroundThreads.inForeground(
                    () ->
                        Thread.ofPlatform()
                            .daemon()
                            .start(
                                () -> {
                                  niceness.complete(nicenessUnchecked());
                                  rests.complete(restsOfWork());
                                })))
        .start();

    assertThat(niceness.get()).isEqualTo(ordinary);
    assertThat(rests.get()).isZero();
  }

  @Test
  void whatFailsInTheForegroundFailsForItsCaller() throws Exception {
    IllegalStateException thrown = new IllegalStateException("no such model");
    CompletableFuture<Throwable> caught = new CompletableFuture<>();
    BackgroundThreads.factory("modest")
        .newThread(
            () ->
                caught.complete(
                    catchThrowable(
                        () ->
                            BackgroundThreads.inForeground(
                                () -> {
                                  throw thrown;
                                }))))
        .start();

    assertThat(caught.get()).isSameAs(thrown);
  }

  @Test
  void anOrdinaryThreadIsItsOwnForeground() {
    assertThat(BackgroundThreads.inForeground(Thread::currentThread))
        .isSameAs(Thread.currentThread());
  }

  /// Nanoseconds of one piece of some milliseconds, at least, and of the rest after it.
  private static long[] workAndRest() {
    BackgroundThreads.giveWay();
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < TimeUnit.MILLISECONDS.toNanos(3)) {
      Thread.onSpinWait();
    }
    long worked = Math.min(System.nanoTime() - begun, TimeUnit.MILLISECONDS.toNanos(5));
    long ended = System.nanoTime();
    BackgroundThreads.giveWay();
    return new long[] {worked, System.nanoTime() - ended};
  }

  @Test
  void otherThreadsNeverRest() {
    assertThat(restsOfWork()).isZero();
  }

  /// How often a thread waits during some milliseconds' work that gives way between its pieces.
  private static long restsOfWork() {
    long before = waits();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
    while (System.nanoTime() - end < 0) {
      BackgroundThreads.giveWay();
    }
    return waits() - before;
  }

  private static long waits() {
    return ManagementFactory.getThreadMXBean()
        .getThreadInfo(Thread.currentThread().threadId())
        .getWaitedCount();
  }

  private static int nicenessUnchecked() {
    try {
      return niceness();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int niceness() throws IOException {
    return niceness(Path.of("/proc/thread-self"));
  }

  /// Of a thread: the 19th field of proc(5)'s stat.
  static int niceness(Path thread) throws IOException {
    String stat = Files.readString(thread.resolve("stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
  }
}
