package dev.hstu.index.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.KilledJvm;
import dev.hstu.index.census.Census;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.ClusteredVectors;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
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
    List<String> said =
        KilledJvm.run(
            delayMicros,
            folder.resolve("errors"),
            UpdatingChild.class,
            store.root().toString(),
            generation,
            Arrays.stream(next).mapToObj(Integer::toString).collect(Collectors.joining(",")));
    assertThat(said.getFirst()).isEqualTo(UpdatingChild.READY);
    int acknowledged = 0;
    for (String line : said.subList(1, said.size())) {
      acknowledged += acknowledge(line) ? 1 : 0;
    }
    return acknowledged;
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
}
