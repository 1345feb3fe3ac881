package dev.hstu.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

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

  /// Of the calling thread: the 19th field of proc(5)'s stat.
  private static int niceness() throws IOException {
    String stat = Files.readString(Path.of("/proc/thread-self/stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
  }
}
