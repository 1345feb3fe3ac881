package dev.hstu.retrieval.evaluate;

import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ExactScan;
import java.util.Arrays;

/// Adds lists of one length up into a [ListQuality]: one counter an item, whatever the number of
/// users. Not thread-safe.
final class ListCounts {

  private final int k;
  private final CataloguePopularity popularity;
  private final int[] listed;
  private long lists;
  private long entries;
  private double events;
  private long heads;
  private double targetEvents;
  private long targetHeads;
  private double similarities;
  private long similarLists;

  /// @param k length of the lists
  ListCounts(int k, CataloguePopularity popularity) {
    this.k = k;
    this.popularity = popularity;
    this.listed = new int[popularity.items()];
  }

  /// Counts the first k of a list.
  ///
  /// @param sum scratch float `[2][dimension]`
  void add(Candidates list, int targetRow, ExactScan scan, float[][] sum) {
    int length = Math.min(k, list.size());
    lists++;
    entries += length;
    targetEvents += popularity.events(targetRow);
    targetHeads += popularity.isHead(targetRow) ? 1 : 0;
    for (int i = 0; i < length; i++) {
      int row = list.row(i);
      listed[row]++;
      events += popularity.events(row);
      heads += popularity.isHead(row) ? 1 : 0;
    }
    if (length > 1) {
      similarities += similarity(list, length, scan, sum);
      similarLists++;
    }
  }

  /// Mean inner product of two different items: `(‖Σv‖² − Σ‖v‖²) / (n(n−1))`.
  private static double similarity(Candidates list, int length, ExactScan scan, float[][] scratch) {
    float[] sum = scratch[0];
    float[] vector = scratch[1];
    Arrays.fill(sum, 0);
    double own = 0;
    for (int i = 0; i < length; i++) {
      scan.copyVector(list.row(i), vector);
      for (int c = 0; c < vector.length; c++) {
        sum[c] += vector[c];
        own += vector[c] * vector[c];
      }
    }
    double all = 0;
    for (float value : sum) {
      all += value * value;
    }
    return (all - own) / ((double) length * (length - 1));
  }

  void addAll(ListCounts other) {
    lists += other.lists;
    entries += other.entries;
    events += other.events;
    heads += other.heads;
    targetEvents += other.targetEvents;
    targetHeads += other.targetHeads;
    similarities += other.similarities;
    similarLists += other.similarLists;
    for (int row = 0; row < listed.length; row++) {
      listed[row] += other.listed[row];
    }
  }

  long lists() {
    return lists;
  }

  ListQuality quality(String ranking, String seen) {
    return new ListQuality(
        ranking,
        seen,
        k,
        lists,
        (double) Arrays.stream(listed).filter(count -> count > 0).count() / listed.length,
        gini(listed),
        events / Math.max(1, entries),
        targetEvents / Math.max(1, lists),
        (double) heads / Math.max(1, entries),
        (double) targetHeads / Math.max(1, lists),
        similarities / Math.max(1, similarLists));
  }

  /// `Σ (2i − n − 1) x_i / (n Σ x)` over the ascending counts, i from 1.
  private static double gini(int[] counts) {
    int[] sorted = counts.clone();
    Arrays.sort(sorted);
    double weighted = 0;
    double sum = 0;
    for (int i = 0; i < sorted.length; i++) {
      weighted += (2.0 * (i + 1) - sorted.length - 1) * sorted[i];
      sum += sorted[i];
    }
    return sum == 0 ? 0 : weighted / (sorted.length * sum);
  }
}
