package dev.hstu.benchmarks.filter;

import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.ItemIndex;
import dev.hstu.index.search.SearchOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/// Searches with several filters query by query, each query with all filters before the next, so
/// that whatever else the machine does meets all of them alike. Answers are checked before any is
/// timed.
public final class FilterComparison {

  private final ItemIndex index;
  private final ExactScan truth;
  private final float[][] queries;
  private final int k;
  private final SearchOptions options;
  private final LongSupplier clock;
  private final Candidates found;

  /// @param clock nanoseconds as they count for one thread
  public FilterComparison(
      ItemIndex index,
      ExactScan truth,
      float[][] queries,
      int k,
      SearchOptions options,
      LongSupplier clock) {
    this.index = index;
    this.truth = truth;
    this.queries = queries;
    this.k = k;
    this.options = options;
    this.clock = clock;
    this.found = new Candidates(k);
  }

  /// What each filter costs.
  ///
  /// @param filters the first is what the others are compared with
  /// @param rounds over all queries; one more warms up
  /// @param checked how many queries are also answered exactly
  public List<FilterReport.Row> compare(
      SequencedMap<String, ItemFilter> filters, int rounds, int checked) {
    ItemFilter[] each = filters.values().toArray(ItemFilter[]::new);
    double[] recalls = Arrays.stream(each).mapToDouble(f -> recall(f, checked)).toArray();
    double[] visits = Arrays.stream(each).mapToDouble(this::visits).toArray();
    String[] paths = Arrays.stream(each).map(this::path).toArray(String[]::new);
    // long [rounds][filters][queries]
    long[][][] nanos = new long[rounds + 1][each.length][queries.length];
    for (long[][] round : nanos) {
      for (int q = 0; q < queries.length; q++) {
        for (int i = 0; i < each.length; i++) {
          // In turn first, so that none always finds the query's partitions in cache.
          int f = (i + q) % each.length;
          long start = clock.getAsLong();
          index.search(queries[q], k, each[f], options, found);
          round[f][q] = clock.getAsLong() - start;
        }
      }
    }
    long[][][] measured = Arrays.copyOfRange(nanos, 1, nanos.length);
    List<FilterReport.Row> rows = new ArrayList<>();
    int f = 0;
    for (Map.Entry<String, ItemFilter> filter : filters.entrySet()) {
      rows.add(
          new FilterReport.Row(
              filter.getKey(),
              paths[f],
              recalls[f],
              visits[f],
              percentile(all(measured, f), .5) / 1e3,
              percentile(all(measured, f), .99) / 1e3,
              ratio(measured, f, .5),
              ratio(measured, f, .99)));
      f++;
    }
    return rows;
  }

  /// Also checks that each answer is whole and keeps to the filter.
  private double recall(ItemFilter filter, int checked) {
    Candidates exact = new Candidates(k);
    long hits = 0;
    long wanted = 0;
    for (int q = 0; q < Math.min(checked, queries.length); q++) {
      truth.search(queries[q], k, filter, SearchOptions.EXACT, exact);
      index.search(queries[q], k, filter, options, found);
      if (found.size() != exact.size() || !IntStream.of(found.rows()).allMatch(filter::accepts)) {
        throw new IllegalStateException(
            "query %d gave %d of %d items, or some that don't pass"
                .formatted(q, found.size(), exact.size()));
      }
      int[] best = exact.rows();
      Arrays.sort(best);
      hits += IntStream.of(found.rows()).filter(r -> Arrays.binarySearch(best, r) >= 0).count();
      wanted += best.length;
    }
    return wanted == 0 ? Double.NaN : (double) hits / wanted;
  }

  /// Vectors compared, on average over the queries.
  private double visits(ItemFilter filter) {
    long visits = 0;
    for (float[] query : queries) {
      index.search(query, k, filter, options, found);
      visits += found.visited();
    }
    return (double) visits / queries.length;
  }

  private String path(ItemFilter filter) {
    index.search(queries[0], k, filter, options, found);
    return found.path().name().toLowerCase(Locale.ROOT);
  }

  private static long[] all(long[][][] rounds, int filter) {
    return Arrays.stream(rounds).flatMapToLong(round -> Arrays.stream(round[filter])).toArray();
  }

  private static double ratio(long[][][] rounds, int filter, double share) {
    double[] ratios =
        Arrays.stream(rounds)
            .mapToDouble(r -> percentile(r[filter], share) / (double) percentile(r[0], share))
            .sorted()
            .toArray();
    return ratios[ratios.length / 2];
  }

  private static long percentile(long[] nanos, double share) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  }
}
