package dev.hstu.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.InvalidVectorException;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationEntry;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.generation.ShardManifest;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.GraphSettings;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.SearchDefaults;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.index.search.SearchPlan;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A build gives a whole generation or nothing, and equal inputs the same content digest.
final class IndexBuilderTest {

  private static final int ITEMS = 1_200;

  @TempDir Path folder;

  private GenerationStore store;
  private BuildInputs inputs;

  @BeforeEach
  void write() throws IOException {
    store = GenerationStore.at(folder.resolve("generations"));
    inputs = BuildInputs.write(folder, ITEMS, 1);
  }

  @Test
  void buildsWhatCanBeOpenedAndSearched() throws IOException {
    GenerationManifest manifest = IndexBuilder.build(inputs.request(store), BuildListener.NONE);

    assertThat(manifest.id())
        .matches("20260131T235958Z-" + manifest.contentDigest().substring(0, 12));
    assertThat(manifest.items()).isEqualTo(ITEMS);
    assertThat(manifest.parent()).isNull();
    assertThat(manifest.files())
        .containsKeys(
            "model/config.json",
            "model/model.safetensors",
            "items/vectors.safetensors",
            "items/attributes.safetensors",
            "items/popularity.safetensors")
        .hasKeySatisfying(
            new Condition<>(
                name -> name.startsWith("index/shard-000/segments_"), "a Lucene commit"));
    try (Generation generation = store.open(manifest.id())) {
      generation.requireModel(BuildInputs.FINGERPRINT);
      assertThat(generation.ids().idAt(3)).isEqualTo(Long.toString(Long.MAX_VALUE - 21));
      assertThat(generation.popularity()[12]).isEqualTo(1);
      assertThat(generation.modelFolder().resolve("config.json")).hasContent("{\"seed\": 1}");
      assertSearchable(generation);
    }
  }

  @ParameterizedTest
  @EnumSource
  void buildsAnyIndexInAnyNumberOfShards(IndexType type) throws IOException {
    IndexSettings index =
        IndexSettings.DEFAULT.withType(type).withShards(3).withSearch(new SearchDefaults(0, .99));
    GenerationManifest manifest =
        IndexBuilder.build(
            inputs.request(store, GenerationEvaluator.NONE, index, BuildInputs.TIME),
            BuildListener.NONE);

    assertThat(store.manifest(manifest.id()).index()).isEqualTo(index);
    assertThat(manifest.shards()).extracting(ShardManifest::items).containsExactly(400, 400, 400);
    assertThat(manifest.files().keySet().stream().anyMatch(name -> name.startsWith("index/")))
        .isEqualTo(type != IndexType.EXACT);
    try (Generation generation = store.open(manifest.id())) {
      assertThat(generation.searchOptions().recall()).isEqualTo(.99);
      assertSearchable(generation);
    }
  }

  private static void assertSearchable(Generation generation) {
    float[] query = new float[generation.index().dimension()];
    query[0] = 1;
    Candidates found = new Candidates(10);
    Candidates truth = new Candidates(10);
    generation
        .index()
        .search(query, 10, ItemFilter.all(), new SearchOptions(400, SearchPlan.INDEX, 1), found);
    generation.exactScan().search(query, 10, ItemFilter.all(), SearchOptions.EXACT, truth);
    assertThat(found.rows()).isEqualTo(truth.rows());
    assertThat(found.scores()).isEqualTo(truth.scores());
  }

  @Test
  void companionsAreKeptUnderTheirNamesAndChecked() throws IOException {
    Path notes = Files.writeString(folder.resolve("notes.txt"), "for later");
    BuildRequest request = inputs.request(store).withCompanions(List.of(notes));
    GenerationManifest manifest = IndexBuilder.build(request, BuildListener.NONE);

    assertThat(manifest.files()).containsKey("notes.txt");
    assertThat(manifest.contentDigest()).isEqualTo(digest(inputs.request(store)));
    try (Generation generation = store.open(manifest.id())) {
      assertThat(generation.companion("notes.txt")).get().satisfies(this::holdsTheNotes);
      assertThat(generation.companion("other.txt")).isEmpty();
      assertThat(generation.companion("model/config.json")).isEmpty();
    }
    assertThatThrownBy(() -> request.withCompanions(List.of(folder.resolve("evaluation.json"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has a name of the generation's own; rename it");
    assertThatThrownBy(
            () ->
                IndexBuilder.build(
                    request.withCompanions(List.of(folder.resolve("none"))), BuildListener.NONE))
        .isInstanceOf(BuildRefusedException.class)
        .hasMessageContaining("none is no plain file");
  }

  private void holdsTheNotes(Path file) {
    assertThat(file).hasContent("for later");
  }

  @Test
  void equalInputsGiveTheSameDigestAndOthersAnother() throws IOException {
    String digest = digest(inputs.request(store));
    BuildInputs again = BuildInputs.write(Files.createDirectory(folder.resolve("again")), ITEMS, 1);
    BuildInputs other = BuildInputs.write(Files.createDirectory(folder.resolve("other")), ITEMS, 2);

    assertThat(digest(again.request(store))).isEqualTo(digest);
    assertThat(digest(other.request(store))).isNotEqualTo(digest);
    IndexSettings dense = IndexSettings.graph(new GraphSettings(24, 100));
    assertThat(digest(inputs.request(store, GenerationEvaluator.NONE, dense, BuildInputs.TIME)))
        .isNotEqualTo(digest);
    Catalog catalog = inputs.catalog();
    catalog.popularity()[5]++;
    assertThat(digest(withCatalog(catalog))).isNotEqualTo(digest);
  }

  @Test
  void buildsOfTheSameSecondGetDifferentNames() throws IOException {
    String first = IndexBuilder.build(inputs.request(store), BuildListener.NONE).id();
    store.publish(first);
    GenerationManifest second = IndexBuilder.build(inputs.request(store), BuildListener.NONE);

    assertThat(first).startsWith("20260131T235958Z-");
    assertThat(second.id()).startsWith("20260131T235959Z-");
    assertThat(second.parent()).isEqualTo(first);
    assertThat(second.contentDigest()).startsWith(first.substring(first.length() - 12));
  }

  @Test
  void storesTheEvaluationOfTheUnpublishedGeneration() throws IOException {
    GenerationEvaluator evaluator =
        candidate -> {
          assertSearchable(candidate);
          assertThat(store.list()).allMatch(entry -> entry instanceof GenerationEntry.Unfinished);
          return Optional.of(
              new GenerationEvaluation(
                  "{\"hr\":1}", "<p>ok</p>", new TreeMap<>(Map.of("hr@100", .5))));
        };
    GenerationManifest manifest =
        IndexBuilder.build(
            inputs.request(store, evaluator, IndexSettings.DEFAULT, BuildInputs.TIME),
            BuildListener.NONE);

    assertThat(store.verify(manifest.id()).evaluation()).containsExactly(Map.entry("hr@100", .5));
    Path built = store.root().resolve(manifest.id());
    assertThat(built.resolve("evaluation.json")).hasContent("{\"hr\":1}");
    assertThat(built.resolve("evaluation.html")).hasContent("<p>ok</p>");
  }

  @Test
  void aFailedEvaluationLeavesNothing() throws IOException {
    GenerationEvaluator failing =
        candidate -> {
          throw new IOException("no users to evaluate with");
        };
    BuildRequest request = inputs.request(store, failing, IndexSettings.DEFAULT, BuildInputs.TIME);

    assertThatThrownBy(() -> IndexBuilder.build(request, BuildListener.NONE))
        .hasMessage("no users to evaluate with");
    assertThat(names()).isEmpty();
  }

  @Test
  void removesWhatAKilledBuildLeft() throws IOException {
    Path rest = store.root().resolve(".building-20250101T000000Z-0123456789ab/generation/items");
    Files.createDirectories(rest);
    Files.writeString(rest.resolve("vectors.safetensors"), "half");
    assertThat(store.list()).hasSize(1);

    String id = IndexBuilder.build(inputs.request(store), BuildListener.NONE).id();
    assertThat(names()).containsExactly(id, "LOCK");
  }

  @Test
  void refusesVectorsOfAnotherModel() throws IOException {
    BuildRequest request =
        new BuildRequest(
            store,
            inputs.modelFolder(),
            "f".repeat(64),
            inputs.itemVectors(),
            inputs.catalog(),
            IndexSettings.DEFAULT,
            1,
            GenerationEvaluator.NONE,
            BuildInputs.TIME);

    assertThatThrownBy(() -> IndexBuilder.build(request, BuildListener.NONE))
        .isInstanceOf(BuildRefusedException.class)
        .hasMessageContaining("comes from model " + BuildInputs.FINGERPRINT)
        .hasMessageContaining("embed with the model to be served");
  }

  @Test
  void refusesACatalogueInAnotherOrder() throws IOException {
    IdTable ids = IdTable.ofLongs(new long[] {1, 2});
    Catalog other = new Catalog(ids, AttributeTable.withoutColumns(2), new long[2]);
    assertThatThrownBy(() -> IndexBuilder.build(withCatalog(other), BuildListener.NONE))
        .hasMessageContaining("the catalogue has 2 INT64 ids and the item vectors 1200 INT64");

    long[] swapped = new long[ITEMS];
    for (int row = 0; row < ITEMS; row++) {
      swapped[row] = Long.parseLong(inputs.catalog().ids().idAt(row == 7 ? 8 : row == 8 ? 7 : row));
    }
    Catalog shuffled =
        new Catalog(
            IdTable.ofLongs(swapped), AttributeTable.withoutColumns(ITEMS), new long[ITEMS]);
    assertThatThrownBy(() -> IndexBuilder.build(withCatalog(shuffled), BuildListener.NONE))
        .hasMessageContaining("row 7 is item '" + swapped[7] + "' in the catalogue");
  }

  @Test
  void refusesAVectorThatCannotBeSearched() throws IOException {
    float[] values = new float[2 * 3];
    values[0] = 1;
    IdTable ids = IdTable.ofLongs(new long[] {4, 5});
    BuildInputs.writeVectors(inputs.itemVectors(), ids, values, BuildInputs.metadata("int64", 3));

    assertThatThrownBy(() -> IndexBuilder.build(inputs.request(store), BuildListener.NONE))
        .isInstanceOf(InvalidVectorException.class)
        .hasMessageContaining("item '5' (row 1)");
  }

  @Test
  void refusesAFolderThatIsNoModels() throws IOException {
    Files.createDirectory(inputs.modelFolder().resolve("nested"));

    assertThatThrownBy(() -> IndexBuilder.build(inputs.request(store), BuildListener.NONE))
        .isInstanceOf(BuildRefusedException.class)
        .hasMessageContaining("nested is no plain file");
  }

  @Test
  void tellsEveryStepFromNothingToAll() throws IOException {
    List<BuildStep> order = new ArrayList<>();
    Map<BuildStep, Long> last = new TreeMap<>();
    Set<BuildStep> complete = EnumSet.noneOf(BuildStep.class);
    BuildListener listener =
        (step, done, total) -> {
          if (order.isEmpty() || order.getLast() != step) {
            order.add(step);
            assertThat(done).isZero();
          }
          assertThat(done).isBetween(last.getOrDefault(step, 0L), total);
          last.put(step, done);
          if (done == total) {
            complete.add(step);
          }
        };
    IndexBuilder.build(inputs.request(store), listener);

    assertThat(order).containsExactly(BuildStep.values());
    assertThat(complete).containsExactlyInAnyOrder(BuildStep.values());
  }

  private BuildRequest withCatalog(Catalog catalog) {
    return new BuildRequest(
        store,
        inputs.modelFolder(),
        BuildInputs.FINGERPRINT,
        inputs.itemVectors(),
        catalog,
        IndexSettings.DEFAULT,
        1,
        GenerationEvaluator.NONE,
        BuildInputs.TIME);
  }

  private static String digest(BuildRequest request) throws IOException {
    try (ItemVectors vectors = ItemVectors.open(request.itemVectors())) {
      return IndexBuilder.contentDigest(request, vectors);
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> children = Files.list(store.root())) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }
}
