package dev.hstu.retrieval.tier;

import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.retrieval.serving.Eventually;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/// Encoder processes for tests: real ones, to be killed, and requests for them.
final class EncoderTier {

  private EncoderTier() {}

  /// An encoder in a process of its own.
  ///
  /// @param address known when it is ready
  record Encoder(Process process, URI address) implements AutoCloseable {

    /// Waits until it has its model.
    Encoder awaitReady() throws IOException {
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      String line = out.readLine();
      while (line != null && !line.startsWith("ready: ")) {
        line = out.readLine();
      }
      if (line == null) {
        throw new IOException("the encoder ended before it was ready");
      }
      return new Encoder(process, URI.create(line.split(" ", -1)[1]));
    }

    /// As `kill -9`; returns when the process is gone.
    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }

  /// Starts `hstu encoder`.
  static Encoder start(TinyGenerations generations) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.hstu.retrieval.Cli",
                "encoder",
                "--generations",
                generations.store().root().toString(),
                "--engine",
                "reference",
                "--port",
                "0"));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    return new Encoder(process, URI.create("http://127.0.0.1:0"));
  }

  /// Settings of a service that uses encoders and is quick to notice what becomes of them.
  static Map<String, String> endpoints(URI... encoders) {
    return Map.of(
        "encoder.endpoints",
        Arrays.stream(encoders).map(URI::toString).collect(Collectors.joining(",")),
        "encoder.health-millis",
        "50",
        "encoder.breaker-open-millis",
        "100",
        "ladder.steps",
        "none");
  }

  /// Waits until an encoder has a model.
  static String awaitModel(EncoderServer encoder) throws Exception {
    return Eventually.see(encoder::models, models -> !models.isEmpty()).getFirst();
  }

  /// A whole request of one or two users for a tiny generation's model.
  static byte[] request(String model, int seed) {
    Random random = new Random(seed);
    int events = 1 + random.nextInt(20);
    int items = TinyGenerations.ITEMS;
    HistoryBatch one =
        new HistoryBatch(
            new int[] {0, events},
            random.ints(events, 1, items + 1).toArray(),
            LongStream.range(0, events).map(i -> 100 * i).toArray(),
            new long[] {100L * events});
    return new EncodeRequest(model, seed % 2 == 0 ? one : HistoryBatch.concat(List.of(one, one)))
        .toBytes();
  }
}
