package dev.hstu.index.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.census.Census;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.ClusteredVectors;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.kernels.tables.IdTable;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process killed at any moment while it takes updates loses none that it acknowledged, and
/// leaves none half.
final class LiveKillTest {

  /// Longest time between the child's first update and its death.
  private static final int MAX_DELAY_MICROS = 600_000;

  private static final long PATIENCE_SECONDS = 60;
  private static final int KILLED = 128 + 9;

  @TempDir Path folder;

  private GenerationStore store;
  private String generation;

  /// By thread: the first operation that wasn't acknowledged.
  private final int[] next = new int[UpdatingChild.THREADS];

  @BeforeEach
  void build() throws IOException {
    store = GenerationStore.at(folder.resolve("generations"));
    float[] values = new ClusteredVectors(LiveFixtures.DIMENSION, 5, 1).values(200);
    generation =
        LiveFixtures.build(store, values, LiveFixtures.DIMENSION, IndexSettings.DEFAULT).id();
    Arrays.fill(next, 1);
  }

  @Test
  void fiveKillsLoseNothingAcknowledged() throws IOException, InterruptedException {
    kill(5, 4);
  }

  @Test
  @Tag("soak")
  void twoHundredKillsLoseNothingAcknowledged() throws IOException, InterruptedException {
    kill(200, 1);
  }

  private void kill(int times, long seed) throws IOException, InterruptedException {
    SplittableRandom random = new SplittableRandom(seed);
    int acknowledged = 0;
    for (int number = 1; number <= times; number++) {
      int delayMicros = random.nextInt(MAX_DELAY_MICROS);
      acknowledged += updateUntilKilled(delayMicros);
      assertNothingLost();
      System.out.printf(
          Locale.ROOT,
          "kill %d of %d (seed %d) after %.3f s: %d updates acknowledged so far, none lost%n",
          number,
          times,
          seed,
          delayMicros / 1e6,
          acknowledged);
    }
    assertThat(acknowledged).isPositive();
  }

  /// @return how many updates were acknowledged
  private int updateUntilKilled(int delayMicros) throws IOException, InterruptedException {
    File errors = folder.resolve("errors").toFile();
    Process child = start(errors);
    int acknowledged = 0;
    try (BufferedReader output = child.inputReader()) {
      assertThat(output.readLine()).isEqualTo(UpdatingChild.READY);
      Thread killer = Thread.ofPlatform().start(() -> killAfter(child, delayMicros));
      String line = output.readLine();
      while (line != null) {
        acknowledged += acknowledge(line) ? 1 : 0;
        line = output.readLine();
      }
      killer.join();
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).isEqualTo(KILLED);
    return acknowledged;
  }

  private static void killAfter(Process child, int delayMicros) {
    try {
      // The only wait that ends by itself when the child does.
      boolean ended = child.waitFor(delayMicros, TimeUnit.MICROSECONDS);
      if (!ended) {
        // By its handle, which leaves open what it has printed.
        assertThat(child.toHandle().destroyForcibly()).isTrue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The last line may have been cut by the kill; a number cut short is one acknowledged before.
  private boolean acknowledge(String line) {
    String[] words = line.split(" ", -1);
    if (words.length < 2 || words[1].isEmpty()) {
      return false;
    }
    int thread = Integer.parseInt(words[0]);
    next[thread] = Math.max(next[thread], Integer.parseInt(words[1]) + 1);
    return true;
  }

  /// Each thread had at most one update under way: its item is as the last acknowledged left it or
  /// as that one makes it, wholly.
  private void assertNothingLost() throws IOException {
    Path updates = store.root().resolve(UpdateLog.FOLDER);
    try (Generation opened = store.open(generation);
        UpdateLog log = UpdateLog.open(updates, UpdatingChild.SETTINGS);
        LiveIndex live = LiveIndex.open(opened, log, LiveFixtures.EAGER)) {
      LiveSnapshot now = live.snapshot();
      Map<String, ItemUpdate> last = lastUpdates(updates);
      for (int thread = 0; thread < next.length; thread++) {
        String id = UpdatingChild.id(thread);
        ItemUpdate found = last.get(id);
        int applied = next[thread] - 1;
        if (found != null && isSame(found, UpdatingChild.operation(thread, next[thread]))) {
          applied = next[thread];
          next[thread]++;
        } else if (applied > 0) {
          assertThat(found).isNotNull();
          assertThat(isSame(found, UpdatingChild.operation(thread, applied)))
              .as("thread %d after its update %d: %s", thread, applied, found)
              .isTrue();
        }
        if (found != null) {
          assertThat(now.items().rowOf(id) != IdTable.NOT_FOUND)
              .isEqualTo(found instanceof ItemUpdate.Upsert);
        }
      }
      assertThat(Census.of(now).isClean()).isTrue();
    }
  }

  private static Map<String, ItemUpdate> lastUpdates(Path updates) throws IOException {
    Map<String, ItemUpdate> last = new HashMap<>();
    try (LogSnapshot log = LogSnapshot.open(updates)) {
      log.forEach(update -> last.put(update.update().id(), update.update()));
    }
    return last;
  }

  private static boolean isSame(ItemUpdate a, ItemUpdate b) {
    if (a instanceof ItemUpdate.Upsert first && b instanceof ItemUpdate.Upsert second) {
      return Arrays.equals(first.vector(), second.vector())
          && first.id().equals(second.id())
          && String.valueOf(first.attributes()).equals(String.valueOf(second.attributes()));
    }
    return a.equals(b);
  }

  private Process start(File errors) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            UpdatingChild.class.getName(),
            store.root().toString(),
            generation,
            Arrays.stream(next).mapToObj(Integer::toString).collect(Collectors.joining(",")))
        .redirectError(errors)
        .start();
  }
}
