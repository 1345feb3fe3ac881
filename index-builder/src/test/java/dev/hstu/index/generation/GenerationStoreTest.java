package dev.hstu.index.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.BuildInputs;
import dev.hstu.index.BuildListener;
import dev.hstu.index.GenerationEvaluator;
import dev.hstu.index.IndexBuilder;
import dev.hstu.index.generation.GenerationEntry.State;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.kernels.storage.DirectoryLockedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Publishing, returning, listing and deleting, each as one step that a reader sees whole.
final class GenerationStoreTest {

  @TempDir Path folder;

  private GenerationStore store;
  private BuildInputs inputs;
  private final List<String> ids = new ArrayList<>();

  @BeforeEach
  void write() throws IOException {
    store = GenerationStore.at(folder.resolve("generations"));
    inputs = BuildInputs.write(folder, 40, 1);
  }

  @Test
  void anAbsentStoreIsEmpty() throws IOException {
    assertThat(store.list()).isEmpty();
    assertThat(store.currentId()).isEmpty();
    assertThat(store.latestId()).isEmpty();
    assertThat(store.prune(1)).isEmpty();
    assertThat(store.cleanUp()).isEmpty();
    assertThatThrownBy(store::rollback)
        .isInstanceOf(PublicationRefusedException.class)
        .hasMessage("no generation was published before any; publish one by its id");
  }

  @Test
  void publishingAndRollingBackWalkTheHistory() throws IOException {
    build(3);
    store.publish(ids.get(0));
    store.publish(ids.get(2));
    store.publish(ids.get(1));
    store.publish(ids.get(1));

    assertThat(store.currentId()).contains(ids.get(1));
    assertThat(store.previousId()).contains(ids.get(2));
    assertThat(states()).containsExactly(State.PREVIOUS, State.CURRENT, State.READY);
    assertThat(store.rollback()).isEqualTo(ids.get(2));
    assertThat(store.rollback()).isEqualTo(ids.get(0));
    assertThatThrownBy(store::rollback)
        .hasMessageContaining("no generation was published before " + ids.get(0));
    assertThat(store.currentId()).contains(ids.get(0));
  }

  @Test
  void theFirstLineOfCurrentIsThePublishedGeneration() throws IOException {
    build(2);
    store.publish(ids.get(0));
    store.publish(ids.get(1));

    assertThat(store.root().resolve("CURRENT")).hasContent(ids.get(1) + "\n" + ids.get(0));
  }

  @Test
  void deletesTheOldestButNeverTheCurrentNorTheWayBack() throws IOException {
    build(5);
    store.publish(ids.get(3));
    store.publish(ids.get(1));
    store.publish(ids.get(0));

    assertThat(store.prune(2)).containsExactly(ids.get(2));
    assertThat(store.prune(1)).containsExactly(ids.get(3));
    assertThat(store.list())
        .extracting(GenerationEntry::id)
        .containsExactly(ids.get(4), ids.get(1), ids.get(0));
    assertThat(store.rollback()).isEqualTo(ids.get(1));
    assertThatThrownBy(store::rollback).hasMessageContaining("no generation was published before");
    assertThatThrownBy(() -> store.prune(0)).hasMessage("keep=0 must be at least 1");
  }

  @Test
  void aGenerationDeletedWhileItWasCheckedIsNotPublished() throws IOException {
    build(2);
    store.prune(1);

    assertThatThrownBy(() -> store.publishChecked(ids.get(0)))
        .isInstanceOf(UnknownGenerationException.class)
        .hasMessageContaining(ids.get(0));
    assertThat(store.currentId()).isEmpty();
  }

  @Test
  void anOpenGenerationOutlivesItsDeletion() throws IOException {
    build(2);
    try (Generation open = store.open(ids.get(0))) {
      store.prune(1);
      assertThat(store.list()).extracting(GenerationEntry::id).containsExactly(ids.get(1));
      float[] query = new float[open.index().dimension()];
      assertThat(open.exactScan().score(query, 39)).isZero();
    }
  }

  @Test
  void namesThatAreNotGenerationsAreRefused() throws IOException {
    build(1);
    for (String name :
        List.of("", "..", "../" + ids.get(0), "CURRENT", "20990101T000000Z-0123456789ab")) {
      assertThatThrownBy(() -> store.publish(name))
          .isInstanceOf(UnknownGenerationException.class)
          .hasMessageContaining("`hstu generations` lists those that are");
    }
    assertThat(store.currentId()).isEmpty();
  }

  @Test
  void aDamagedPointerIsNamedAndPublishingMendsIt() throws IOException {
    build(1);
    Files.writeString(store.root().resolve("CURRENT"), "garbage\n");

    assertThatThrownBy(store::currentId)
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("CURRENT")
        .hasMessageContaining("line 'garbage' names no generation; publish one to write it anew");
    store.publish(ids.get(0));
    assertThat(store.currentId()).contains(ids.get(0));
  }

  @Test
  void aDamagedGenerationIsListedAndNotPublished() throws IOException {
    build(2);
    store.publish(ids.get(0));
    Files.delete(store.root().resolve(ids.get(1)).resolve("items/popularity.safetensors"));

    assertThat(store.list().getFirst()).isInstanceOf(GenerationEntry.Damaged.class);
    assertThatThrownBy(() -> store.publish(ids.get(1)))
        .isInstanceOf(DamagedGenerationException.class)
        .hasMessageContaining("items/popularity.safetensors is missing");
    assertThat(store.currentId()).contains(ids.get(0));
  }

  @Test
  void aGenerationUnderAnotherNameIsRefused() throws IOException {
    build(1);
    String other = "20990101T000000Z-0123456789ab";
    Files.move(store.root().resolve(ids.get(0)), store.root().resolve(other));

    assertThatThrownBy(() -> store.open(other))
        .hasMessageContaining("generation.json is that of generation " + ids.get(0));
  }

  @Test
  void aSecondWriterIsRefusedAndReadersAreNot() throws IOException {
    build(2);
    store.publish(ids.get(0));
    try (DirectoryLock held = DirectoryLock.acquire(store.root())) {
      assertThatThrownBy(() -> store.publish(ids.get(1)))
          .isInstanceOf(DirectoryLockedException.class)
          .hasMessageContaining(held.directory().toString());
      assertThat(store.currentId()).contains(ids.get(0));
      assertThat(store.cleanUp()).isEmpty();
      store.open(ids.get(0)).close();
    }
  }

  @Test
  void aLiveBuildIsNotTakenForTheRestOfAKilledOne() throws IOException {
    try (UnfinishedGeneration live = store.begin(BuildInputs.TIME, "0".repeat(64))) {
      assertThat(store.cleanUp()).isEmpty();
      assertThat(live.folder()).isDirectory();
      assertThat(store.list()).containsExactly(new GenerationEntry.Unfinished(live.id()));
    }
    assertThat(store.list()).isEmpty();
  }

  @Test
  void historyIsBounded() {
    CurrentPointer pointer = new CurrentPointer(List.of());
    for (int i = 0; i < 100; i++) {
      pointer = pointer.published("%08dT000000Z-0123456789ab".formatted(i));
    }
    assertThat(pointer.ids()).hasSize(1 + CurrentPointer.MAX_HISTORY);
    assertThat(pointer.current()).contains("00000099T000000Z-0123456789ab");
  }

  private List<State> states() throws IOException {
    return store.list().stream().map(entry -> ((GenerationEntry.Whole) entry).state()).toList();
  }

  /// Builds so many, the oldest first.
  private void build(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      ids.add(
          IndexBuilder.build(
                  inputs.request(
                      store,
                      GenerationEvaluator.NONE,
                      IndexSettings.DEFAULT,
                      BuildInputs.TIME.plusSeconds(i)),
                  BuildListener.NONE)
              .id());
    }
  }
}
