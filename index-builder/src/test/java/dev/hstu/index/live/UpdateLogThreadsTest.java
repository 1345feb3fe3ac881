package dev.hstu.index.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.kernels.cpu.BackgroundThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Requests wait for the thread that makes updates durable: it claims the processors as any other,
/// although a service opens its log on a thread that leaves them to others.
@EnabledOnOs(OS.LINUX)
final class UpdateLogThreadsTest {

  @TempDir private Path folder;

  @Test
  void aLogOpenedInTheBackgroundCommitsInTheForeground() throws Exception {
    int ordinary = niceness(Path.of("/proc/thread-self"));
    Map<String, Integer> before = committers();
    CompletableFuture<UpdateLog> opened = new CompletableFuture<>();
    BackgroundThreads.factory("modest").newThread(() -> complete(opened)).start();

    try (UpdateLog log = opened.get()) {
      Map<String, Integer> after = committers();
      after.keySet().removeAll(before.keySet());

      assertThat(log.lastSequence()).isZero();
      assertThat(after.values()).containsExactly(ordinary);
    }
  }

  private void complete(CompletableFuture<UpdateLog> opened) {
    try {
      opened.complete(UpdateLog.open(folder, LogSettings.DEFAULT));
    } catch (IOException | RuntimeException e) {
      opened.completeExceptionally(e);
    }
  }

  /// Niceness by the thread's number.
  private static Map<String, Integer> committers() throws IOException {
    Map<String, Integer> threads = new TreeMap<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        try {
          if (Files.readString(task.resolve("comm")).strip().equals("update-log")) {
            threads.put(task.getFileName().toString(), niceness(task));
          }
        } catch (IOException e) {
          continue; // another test's thread, which has ended since it was listed
        }
      }
    }
    return threads;
  }

  /// The 19th field of proc(5)'s stat.
  private static int niceness(Path thread) throws IOException {
    String stat = Files.readString(thread.resolve("stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
  }
}
