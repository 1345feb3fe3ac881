package dev.hstu.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.KilledChild.Work;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationEntry;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.IndexSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process killed at any moment while it builds, publishes, rolls back or deletes leaves
/// `CURRENT` at a generation that opens, no generation that doesn't, and nothing that the next
/// build doesn't remove.
final class KillTest {

  private static final int ITEMS = 3_000;

  /// Longest time between a child's first change and its death; a build takes a fraction of it.
  private static final int MAX_DELAY_MICROS = 1_500_000;

  @TempDir Path folder;

  private GenerationStore store;
  private BuildInputs inputs;

  @BeforeEach
  void publishOne() throws IOException {
    store = GenerationStore.at(folder.resolve("generations"));
    inputs = BuildInputs.write(folder, ITEMS, 1);
    build();
    store.publish(build());
  }

  @Test
  void fourKillsLeaveThePublishedGenerationWhole() throws IOException, InterruptedException {
    kill(4, 20_260_131);
  }

  @Test
  @Tag("soak")
  void aHundredKillsLeaveThePublishedGenerationWhole() throws IOException, InterruptedException {
    kill(100, 1);
  }

  private void kill(int times, long seed) throws IOException, InterruptedException {
    SplittableRandom random = new SplittableRandom(seed);
    for (int number = 1; number <= times; number++) {
      Work work = number % 2 == 0 ? Work.PUBLISH : Work.BUILD;
      int delayMicros = random.nextInt(MAX_DELAY_MICROS);
      kill(work, random.nextLong(), delayMicros);
      List<String> left = leftovers();
      String current = assertWhole();
      assertNextRunCleansUp();
      System.out.printf(
          Locale.ROOT,
          "kill %d of %d (seed %d): %s after %.3f s; left %s; current %s whole; next run clean%n",
          number,
          times,
          seed,
          work,
          delayMicros / 1e6,
          left,
          current);
    }
  }

  private void kill(Work work, long seed, int delayMicros)
      throws IOException, InterruptedException {
    List<String> said =
        KilledJvm.run(
            delayMicros,
            folder.resolve("errors"),
            KilledChild.class,
            store.root().toString(),
            inputs.modelFolder().toString(),
            inputs.itemVectors().toString(),
            work.name(),
            Long.toString(seed));
    assertThat(said).containsExactly(KilledChild.READY);
  }

  /// Every generation that has a name is whole, and the current one opens.
  private String assertWhole() throws IOException {
    for (GenerationEntry entry : store.list()) {
      switch (entry) {
        case GenerationEntry.Whole whole -> store.verify(whole.id());
        case GenerationEntry.Unfinished unfinished -> assertThat(unfinished.id()).isNotEmpty();
        case GenerationEntry.Damaged damaged -> throw new AssertionError(damaged.problem());
      }
    }
    String current = store.currentId().orElseThrow();
    try (Generation generation = store.open(current)) {
      assertThat(generation.index().size()).isEqualTo(ITEMS);
    }
    return current;
  }

  private void assertNextRunCleansUp() throws IOException {
    store.publish(build());
    assertThat(leftovers()).isEmpty();
    store.prune(3);
  }

  private String build() throws IOException {
    BuildRequest request =
        inputs.request(store, GenerationEvaluator.NONE, IndexSettings.DEFAULT, Instant.now());
    return IndexBuilder.build(request, BuildListener.NONE).id();
  }

  /// What is in the store beside generations, pointer and lock; of an unfinished build, how far it
  /// was.
  private List<String> leftovers() throws IOException {
    try (Stream<Path> children = Files.list(store.root())) {
      return children
          .map(child -> child.getFileName().toString())
          .filter(name -> name.startsWith("."))
          .map(this::describe)
          .sorted()
          .toList();
    }
  }

  private String describe(String name) {
    Path content = store.root().resolve(name).resolve("generation");
    if (!Files.isDirectory(content)) {
      return name;
    }
    try (Stream<Path> parts = Files.list(content)) {
      return name
          + parts
              .map(part -> part.getFileName().toString())
              .sorted()
              .collect(Collectors.joining(",", "{", "}"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
