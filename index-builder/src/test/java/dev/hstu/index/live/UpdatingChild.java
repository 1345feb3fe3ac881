package dev.hstu.index.live;

import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/// The process that [LiveKillTest] kills: several threads that update items of their own without
/// end, in segments so small that the log rolls and compacts all the time.
///
/// Arguments: store, generation, first operation of each thread, separated by commas. Prints
/// [#READY], then `THREAD OPERATION` for each acknowledged update.
final class UpdatingChild {

  static final String READY = "READY";
  static final int THREADS = 4;
  static final LogSettings SETTINGS = new LogSettings(50_000, 1 << 20, 1L << 30);

  private static final int DELETE_EACH = 5;

  private UpdatingChild() {}

  public static void main(String[] args) throws Exception {
    GenerationStore store = GenerationStore.at(Path.of(args[0]));
    String[] first = args[2].split(",", -1);
    try (Generation generation = store.open(args[1]);
        UpdateLog log = UpdateLog.open(store.root().resolve(UpdateLog.FOLDER), SETTINGS);
        LiveIndex live =
            LiveIndex.open(
                generation,
                log,
                new LiveSettings(Duration.ofMillis(20), 1_000, 10_000_000, 1 << 30))) {
      System.out.println(READY);
      Thread[] threads = new Thread[THREADS];
      for (int t = 0; t < THREADS; t++) {
        int thread = t;
        int from = Integer.parseInt(first[t]);
        threads[t] = Thread.ofPlatform().start(() -> update(live, thread, from));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  /// The item a thread updates: half of them in the generation, half new.
  static String id(int thread) {
    return thread % 2 == 0 ? LiveFixtures.id(thread) : "new-" + thread;
  }

  /// What a thread's n-th operation is, the same in every process.
  static ItemUpdate operation(int thread, int number) {
    if (number % DELETE_EACH == 0) {
      return LiveFixtures.delete(id(thread));
    }
    float[] vector = vector(thread, number);
    return LiveFixtures.put(id(thread), vector, new AttributeValue.Number("year", number));
  }

  private static float[] vector(int thread, int number) {
    Random random = new Random(1_000_003L * thread + number);
    float[] vector = new float[LiveFixtures.DIMENSION];
    double squares = 0;
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
      squares += vector[i] * vector[i];
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] / Math.sqrt(squares));
    }
    return vector;
  }

  private static void update(LiveIndex live, int thread, int from) {
    try {
      for (int number = from; ; number++) {
        live.submit(List.of(operation(thread, number))).join();
        System.out.println(thread + " " + number);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
