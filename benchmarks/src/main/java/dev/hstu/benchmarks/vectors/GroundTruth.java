package dev.hstu.benchmarks.vectors;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.Candidates;
import dev.hstu.index.search.ExactScan;
import dev.hstu.index.search.ItemFilter;
import dev.hstu.index.search.SearchOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.LongConsumer;

/// The exact best rows of every query, and how many of them an answer has. For one thread.
public final class GroundTruth {

  private static final int BATCH = 32;

  private final int[][] neighbours;

  /// Per row, the number of the last question that it is a right answer to.
  private final int[] asked;

  private int question;

  /// @param neighbours `[queries][at least the largest k asked]`, best first
  /// @param rows how many vectors there are
  GroundTruth(int[][] neighbours, int rows) {
    this.neighbours = neighbours;
    this.asked = new int[rows];
  }

  /// Reads a file.
  ///
  /// @throws IOException where it isn't for so many queries, or holds fewer than k a query, or rows
  ///     that don't exist
  static GroundTruth read(Path file, int queries, int k, int rows) throws IOException {
    int[][] neighbours = NeighbourFile.read(file);
    if (neighbours.length != queries || neighbours[0].length < k) {
      throw new IOException(
          "%s holds the best %d of %d queries; needed are the best %d of %d"
              .formatted(file, neighbours[0].length, neighbours.length, k, queries));
    }
    for (int[] of : neighbours) {
      for (int row : of) {
        if (row < 0 || row >= rows) {
          throw new IOException("%s names row %d of %d".formatted(file, row, rows));
        }
      }
    }
    return new GroundTruth(neighbours, rows);
  }

  /// Reads the file where it fits, else scans and writes it.
  static GroundTruth readOrScan(
      Path file, VectorMatrix base, float[][] queries, int k, LongConsumer progress)
      throws IOException {
    if (Files.exists(file)) {
      int[][] kept = NeighbourFile.read(file);
      if (kept.length == queries.length && kept[0].length >= k) {
        return new GroundTruth(kept, base.rows());
      }
    }
    int[][] neighbours = scan(base, queries, k, progress);
    NeighbourFile.write(file, neighbours);
    return new GroundTruth(neighbours, base.rows());
  }

  private static int[][] scan(VectorMatrix base, float[][] queries, int k, LongConsumer progress) {
    ExactScan scan = new ExactScan(base);
    List<Candidates> targets = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      targets.add(new Candidates(k));
    }
    int[][] neighbours = new int[queries.length][];
    for (int first = 0; first < queries.length; first += BATCH) {
      int count = Math.min(BATCH, queries.length - first);
      scan.searchBatch(
          Arrays.copyOfRange(queries, first, first + count),
          k,
          Collections.nCopies(count, ItemFilter.all()),
          SearchOptions.EXACT,
          targets);
      for (int i = 0; i < count; i++) {
        neighbours[first + i] = targets.get(i).rows();
      }
      progress.accept(first + count);
    }
    return neighbours;
  }

  /// The share of the best k that was found, over `count` queries from `first`.
  ///
  /// @param found `[count][k]` one after another; a row counts once however often it stands there,
  ///     and negative numbers stand for nothing found
  public double recall(int first, int count, int k, int[] found) {
    long hits = 0;
    for (int q = 0; q < count; q++) {
      question++;
      for (int i = 0; i < k; i++) {
        asked[neighbours[first + q][i]] = question;
      }
      for (int i = q * k; i < (q + 1) * k; i++) {
        if (found[i] >= 0 && asked[found[i]] == question) {
          asked[found[i]] = 0;
          hits++;
        }
      }
    }
    return (double) hits / ((long) count * k);
  }
}
