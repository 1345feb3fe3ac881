package dev.hstu.retrieval.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.live.LogSettings;
import dev.hstu.index.live.UpdateLog;
import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.tier.EmbeddingSources;
import dev.hstu.retrieval.tier.OpenEmbeddings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The threads that requests wait for, those that encode and the one that makes updates durable,
/// claim the processors as any other, although a generation and its log of updates are opened on a
/// thread that leaves them to others, and threads inherit that.
@EnabledOnOs(OS.LINUX)
class ServingThreadsTest {

  private static final List<String> ENCODING = List.of("djl-encoder-", "encode-batch-");
  private static final List<String> COMMITTING = List.of("update-log");

  @TempDir private Path folder;

  @Test
  void anEngineOpenedInTheBackgroundEncodesInTheForeground() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    Path generation = generations.store().root().resolve(generations.publish(1));
    ServiceConfiguration configuration =
        generations.configuration(
            Map.of("encoder.engine", "djl", "encoder.batch-wait-micros", "200"));
    int ordinary = niceness(Path.of("/proc/thread-self"));
    Map<String, Integer> before = threads(ENCODING);
    try (EmbeddingSources sources = new EmbeddingSources(configuration, new SimpleMeterRegistry());
        OpenModel model = ModelFolder.open(generation.resolve("model"));
        OpenEmbeddings source = inBackground(() -> sources.open(model.model()))) {
      Map<String, Integer> threads = threads(ENCODING);
      threads.keySet().removeAll(before.keySet());

      assertThat(source).isNotNull();
      for (String name : ENCODING) {
        assertThat(threads.keySet()).anyMatch(thread -> thread.contains(name));
      }
      assertThat(threads.values()).containsOnly(ordinary);
    }
  }

  @Test
  void aLogOpenedInTheBackgroundCommitsInTheForeground() throws Exception {
    int ordinary = niceness(Path.of("/proc/thread-self"));
    Map<String, Integer> before = threads(COMMITTING);
    try (UpdateLog log = inBackground(() -> UpdateLog.open(folder, LogSettings.DEFAULT))) {
      Map<String, Integer> threads = threads(COMMITTING);
      threads.keySet().removeAll(before.keySet());

      assertThat(log.lastSequence()).isZero();
      assertThat(threads.values()).containsExactly(ordinary);
    }
  }

  private static <T> T inBackground(Callable<T> work) throws Exception {
    FutureTask<T> opened = new FutureTask<>(work);
    BackgroundThreads.factory("modest").newThread(opened).start();
    return opened.get();
  }

  /// Niceness by the thread's number and name.
  ///
  /// @param names what their names begin with
  private static Map<String, Integer> threads(List<String> names) throws IOException {
    Map<String, Integer> threads = new TreeMap<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        try {
          String name = Files.readString(task.resolve("comm")).strip();
          if (names.stream().anyMatch(name::startsWith)) {
            threads.put(task.getFileName() + " " + name, niceness(task));
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
