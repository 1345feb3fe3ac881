package dev.hstu.index.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.BuildInputs;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.index.search.SearchPlan;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// A generation that the release of format version 1 built, kept as it was, still serves.
final class FirstFormatTest {

  private static final String ID = "20260131T235958Z-77c645e3aec5";

  private final GenerationStore store =
      GenerationStore.at(
          Path.of(System.getProperty("hstu.root"))
              .resolve("index-builder/src/test/resources/generation-v1"));

  @Test
  void itsManifestNamesTheOneIndexThereWas() throws IOException {
    GenerationManifest manifest = store.manifest(ID);

    assertThat(manifest.formatVersion()).isEqualTo(1);
    assertThat(manifest.index()).isEqualTo(IndexSettings.DEFAULT);
    assertThat(manifest.items()).isEqualTo(300);
  }

  @Test
  void itIsSearchedAsBefore() throws IOException {
    float[] query = new float[16];
    query[0] = 1;
    Candidates found = new Candidates(20);
    Candidates truth = new Candidates(20);
    try (Generation generation = store.open(ID)) {
      generation.requireModel(BuildInputs.FINGERPRINT);
      generation.index().search(query, 20, ItemFilter.all(), SearchOptions.graph(200), found);
      generation.exactScan().search(query, 20, ItemFilter.all(), SearchOptions.EXACT, truth);

      assertThat(found.rows()).isEqualTo(truth.rows());
      assertThat(found.scores()).isEqualTo(truth.scores());
      assertThat(generation.searchOptions()).isEqualTo(new SearchOptions(0, SearchPlan.AUTO, .95));
    }
  }
}
