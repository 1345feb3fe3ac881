package dev.hstu.index.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.search.BitmapPart;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ClusteredVectors;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.GraphSettings;
import dev.hstu.index.search.IndexProgress;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndexWriter;
import dev.hstu.index.search.OpenIndex;
import dev.hstu.index.search.PartitionSettings;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.index.search.SearchPath;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Over random filters and k, every index gives exactly k results or all that pass, none that
/// violates the filter, with the exact inner products in order; and at every selectivity it finds
/// what the exact scan finds, whether the filter has to do with the vectors or not.
final class FilteredSearchTest {

  private static final int ITEMS = 30_000;
  private static final int DIMENSION = 24;
  private static final int MAX_K = 500;
  private static final double RECALL = .97;

  /// What partitions are asked for: a mean over sixty searches varies by some hundredth.
  private static final double ASKED_RECALL = .98;
  private static final double[] SELECTIVITIES = {1, .5, .1, .01, .001};

  /// The graph once more, walked where the planner would have scanned: catalogues large enough for
  /// it to walk by itself take too long to build here.
  private static final String WALKED = "walked graph";

  /// Neighbourhoods of vectors that share an attribute.
  private static final int REGIONS = 100;

  @TempDir static Path folder;

  private static final ClusteredVectors SOURCE = new ClusteredVectors(DIMENSION, 80, 7);
  private static final VectorMatrix VECTORS = SOURCE.matrix(ITEMS);
  private static final ExactScan SCAN = new ExactScan(VECTORS);
  private static final Map<String, OpenIndex> INDEXES = new LinkedHashMap<>();
  private static Catalog catalog;
  private static FilterCompiler compiler;

  private final Candidates truth = new Candidates(MAX_K);
  private final Candidates found = new Candidates(MAX_K);
  private final Map<String, Recall> recalls = new TreeMap<>();

  /// What an index was asked for and gave, at one selectivity.
  private static final class Recall {
    private long wanted;
    private long hits;
    private long visited;
    private long searches;
    private final Map<SearchPath, Integer> paths = new EnumMap<>(SearchPath.class);

    double value() {
      return wanted == 0 ? 1 : (double) hits / wanted;
    }

    @Override
    public String toString() {
      return "%.4f, %d of %d searches visited on average, %s"
          .formatted(value(), visited / searches, searches, paths);
    }
  }

  @BeforeAll
  static void build() throws IOException {
    open("graph", IndexSettings.graph(GraphSettings.DEFAULT));
    INDEXES.put(WALKED, INDEXES.get("graph"));
    for (IvfEncoding encoding : IvfEncoding.values()) {
      open("partitions-" + encoding, IndexSettings.partitions(new PartitionSettings(encoding)));
    }
    open("exact", IndexSettings.exact());
    catalog = catalog();
    NamedSets sets = NamedSets.open(folder.resolve("sets"));
    SplittableRandom random = new SplittableRandom(11);
    sets.register(
        "half",
        IdTable.ofLongs(LongStream.range(0, ITEMS).filter(_ -> random.nextBoolean()).toArray()));
    compiler = FilterCompiler.of(catalog, sets);
  }

  @AfterAll
  static void close() throws IOException {
    for (OpenIndex index : INDEXES.values()) {
      index.close();
    }
  }

  private static void open(String name, IndexSettings settings) throws IOException {
    List<Path> shards = List.of(folder.resolve(name));
    ItemIndexWriter.write(shards, VECTORS, settings, 1, IndexProgress.NONE);
    INDEXES.put(name, OpenIndex.open(settings, shards, VECTORS, 1));
  }

  /// `u` is uniform in 0..1, `region` the nearest of a hundred items, `genres` any labels.
  private static Catalog catalog() {
    AttributeTableBuilder table =
        new AttributeTableBuilder(
            List.of(
                new AttributeColumn("u", AttributeKind.NUMBER),
                new AttributeColumn("region", AttributeKind.TEXT),
                new AttributeColumn("genres", AttributeKind.LABELS)));
    SplittableRandom random = new SplittableRandom(5);
    float[] row = new float[DIMENSION];
    for (int i = 0; i < ITEMS; i++) {
      VECTORS.copyRow(i, row);
      table
          .number(0, random.nextDouble())
          .text(1, "region " + region(row))
          .labels(2, List.of("g" + random.nextInt(4), "g" + random.nextInt(20)))
          .endRow();
    }
    return new Catalog(
        IdTable.ofLongs(LongStream.range(0, ITEMS).toArray()), table.build(), new long[ITEMS]);
  }

  private static int region(float[] vector) {
    int nearest = 0;
    float best = Float.NEGATIVE_INFINITY;
    for (int r = 0; r < REGIONS; r++) {
      float score = SCAN.score(vector, r);
      if (score > best) {
        best = score;
        nearest = r;
      }
    }
    return nearest;
  }

  @Test
  void sixHundredCasesKeepTheContractAndTheRecall() {
    run(600, 20_260_131);
  }

  @Test
  @Tag("soak")
  void tenThousandCasesKeepTheContractAndTheRecall() {
    run(10_000, 1);
  }

  private void run(int cases, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < cases; i++) {
      double selectivity = SELECTIVITIES[i % SELECTIVITIES.length];
      boolean correlated = i / SELECTIVITIES.length % 2 == 1;
      FilterRule rule = correlated ? regions(random, selectivity) : unrelated(random, selectivity);
      ItemFilter filter = compiler.compile(rule, ItemView.of(catalog));
      int k = 1 + random.nextInt(random.nextInt(4) == 0 ? 20 : MAX_K);
      String group = (correlated ? "by region " : "unrelated ") + selectivity;
      check(SOURCE.query(), k, rule, filter, group);
    }
    recalls.forEach((group, recall) -> System.out.printf(Locale.ROOT, "%s: %s%n", group, recall));
    recalls.forEach(
        (group, recall) -> assertThat(recall.value()).as(group).isGreaterThanOrEqualTo(RECALL));
  }

  private void check(float[] query, int k, FilterRule rule, ItemFilter filter, String group) {
    SCAN.search(query, k, filter, SearchOptions.EXACT, truth);
    int[] best = truth.rows();
    Arrays.sort(best);
    int passing = passing(filter);
    assertThat(truth.size()).isEqualTo(Math.min(k, passing));
    INDEXES.forEach(
        (name, index) -> {
          SearchOptions options =
              name.equals(WALKED) ? SearchOptions.graph(0) : SearchOptions.recall(ASKED_RECALL);
          index.search(query, k, filter, options, found);
          assertContract(query, k, rule, passing);
          Recall recall = recalls.computeIfAbsent(name + ", " + group, _ -> new Recall());
          recall.wanted += truth.size();
          recall.hits +=
              IntStream.of(found.rows()).filter(r -> Arrays.binarySearch(best, r) >= 0).count();
          recall.visited += found.visited();
          recall.searches++;
          recall.paths.merge(found.path(), 1, Integer::sum);
        });
  }

  private void assertContract(float[] query, int k, FilterRule rule, int passing) {
    assertThat(found.size()).as("k=%d, %s", k, rule).isEqualTo(Math.min(k, passing));
    assertThat(found.rows()).doesNotHaveDuplicates();
    for (int i = 0; i < found.size(); i++) {
      int row = found.row(i);
      assertThat(accepts(rule, row)).as("row %d by %s", row, rule).isTrue();
      assertThat(found.score(i)).isEqualTo(SCAN.score(query, row));
      if (i > 0) {
        boolean ordered =
            found.score(i - 1) > found.score(i)
                || (found.score(i - 1) == found.score(i) && found.row(i - 1) < row);
        assertThat(ordered).as("order of candidate %d", i).isTrue();
      }
    }
  }

  /// Also holds the filter's bitmap, where it has one, against the filter.
  private static int passing(ItemFilter filter) {
    @Nullable BitmapPart part = filter.bitmapPart();
    int passing = 0;
    int same = 0;
    for (int row = 0; row < ITEMS; row++) {
      boolean accepts = filter.accepts(row);
      passing += accepts ? 1 : 0;
      same += part == null || passes(part, row) == accepts ? 1 : 0;
    }
    assertThat(same).as("rows that pass by bitmap as by filter").isEqualTo(ITEMS);
    return passing;
  }

  private static boolean passes(BitmapPart part, int row) {
    return part.bits().get(part.firstRow() + row) && part.others().accepts(row);
  }

  /// By the attributes themselves, not the bitmaps.
  private static boolean accepts(FilterRule rule, int row) {
    return switch (rule) {
      case FilterRule.All(List<FilterRule> parts) ->
          parts.stream().allMatch(part -> accepts(part, row));
      case FilterRule.Any(List<FilterRule> parts) ->
          parts.stream().anyMatch(part -> accepts(part, row));
      case FilterRule.Not(FilterRule part) -> !accepts(part, row);
      case FilterRule.In(String column, List<String> values) ->
          column.equals("region")
              ? values.contains(String.valueOf(catalog.attributes().text(column, row)))
              : catalog.attributes().labels(column, row).stream().anyMatch(values::contains);
      case FilterRule.Range range -> range.contains(catalog.attributes().number("u", row));
      case FilterRule.OnlyIds(List<String> ids) -> ids.contains(Integer.toString(row));
      case FilterRule.InSet _ -> compiler.compile(rule, ItemView.of(catalog)).accepts(row);
    };
  }

  /// A filter that has nothing to do with the vectors.
  private static FilterRule unrelated(SplittableRandom random, double selectivity) {
    if (selectivity == .5 && random.nextInt(3) == 0) {
      return random.nextBoolean() ? new FilterRule.InSet("half") : FilterRule.notInSet("half");
    }
    double from = random.nextDouble() * (1 - selectivity);
    FilterRule range = new FilterRule.Range("u", from, true, from + selectivity, false);
    return switch (random.nextInt(3)) {
      case 0 -> range;
      case 1 -> new FilterRule.All(List.of(range, FilterRule.exceptIds(ids(random, 200))));
      default -> new FilterRule.Not(new FilterRule.Not(range));
    };
  }

  /// A filter by neighbourhoods of the vectors, whole ones down to one in a hundred.
  private static FilterRule regions(SplittableRandom random, double selectivity) {
    int wanted = (int) Math.max(1, Math.round(selectivity * REGIONS));
    int first = random.nextInt(REGIONS);
    List<String> regions = new ArrayList<>();
    for (int i = 0; i < wanted; i++) {
      // Neighbours in number are no neighbours in space.
      regions.add("region " + (first + i) % REGIONS);
    }
    FilterRule in = new FilterRule.In("region", regions);
    return selectivity * REGIONS >= 1
        ? in
        : new FilterRule.All(
            List.of(in, new FilterRule.Range("u", 0, true, selectivity * REGIONS, false)));
  }

  private static List<String> ids(SplittableRandom random, int count) {
    return random.ints(count, 0, ITEMS).mapToObj(Integer::toString).toList();
  }
}
