package dev.hstu.retrieval.tier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.serving.TinyGenerations;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The threads that encode for requests claim the processors as any other, although a generation is
/// opened on a thread that leaves them to others, and threads inherit that.
@EnabledOnOs(OS.LINUX)
class EncoderThreadsTest {

  private static final List<String> ENCODING = List.of("djl-encoder-", "encode-batch-");

  @TempDir private Path folder;

  @Test
  void anEngineOpenedInTheBackgroundEncodesInTheForeground() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    Path generation = generations.store().root().resolve(generations.publish(1));
    ServiceConfiguration configuration =
        generations.configuration(
            Map.of("encoder.engine", "djl", "encoder.batch-wait-micros", "200"));
    int ordinary = niceness(Path.of("/proc/thread-self"));
    Map<String, Integer> before = encodingThreads();
    try (EmbeddingSources sources = new EmbeddingSources(configuration, new SimpleMeterRegistry());
        OpenModel model = ModelFolder.open(generation.resolve("model"));
        OpenEmbeddings source = openInBackground(sources, model)) {
      Map<String, Integer> threads = encodingThreads();
      threads.keySet().removeAll(before.keySet());

      assertThat(source).isNotNull();
      for (String name : ENCODING) {
        assertThat(threads.keySet()).anyMatch(thread -> thread.contains(name));
      }
      assertThat(threads.values()).containsOnly(ordinary);
    }
  }

  private static OpenEmbeddings openInBackground(EmbeddingSources sources, OpenModel model)
      throws Exception {
    CompletableFuture<OpenEmbeddings> opened = new CompletableFuture<>();
    Thread thread =
        BackgroundThreads.factory("modest")
            .newThread(
                () -> opened.completeAsync(() -> sources.open(model.model()), Runnable::run));
    thread.start();
    thread.join();
    return opened.get();
  }

  /// Niceness by the thread's number and name.
  private static Map<String, Integer> encodingThreads() throws IOException {
    Map<String, Integer> threads = new TreeMap<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        try {
          String name = Files.readString(task.resolve("comm")).strip();
          if (ENCODING.stream().anyMatch(name::startsWith)) {
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
