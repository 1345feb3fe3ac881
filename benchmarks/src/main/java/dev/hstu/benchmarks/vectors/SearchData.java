package dev.hstu.benchmarks.vectors;

import dev.hstu.index.catalog.VectorMatrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Vectors, queries and what is right. The first half of the queries is for tuning and the second
/// for measuring.
///
/// @param name of the data, for the report
/// @param baseFile `.fbin`
/// @param queryFile `.fbin`
/// @param base what `baseFile` holds, mapped
/// @param queries what `queryFile` holds
public record SearchData(
    String name,
    Path baseFile,
    Path queryFile,
    VectorMatrix base,
    float[][] queries,
    GroundTruth truth) {

  /// Fewer queries say nothing of a recall.
  public static final int MIN_QUERIES = 64;

  public SearchData {
    if (queries.length < MIN_QUERIES) {
      throw new IllegalArgumentException(
          "%d queries, must be at least %d: one half tunes, the other measures"
              .formatted(queries.length, MIN_QUERIES));
    }
    if (queries[0].length != base.dimension()) {
      throw new IllegalArgumentException(
          "queries have %d values, the vectors %d".formatted(queries[0].length, base.dimension()));
    }
  }

  /// How many queries tune.
  public int tuningQueries() {
    return queries.length / 2;
  }

  /// How many queries measure: those after the tuning ones.
  public int measuringQueries() {
    return queries.length - tuningQueries();
  }

  /// Opens files.
  ///
  /// @param truthFile the exact best, or null to scan for them once and keep them in `folder`
  /// @param k the largest k to be asked
  /// @param arena closes the mapping
  static SearchData open(
      String name,
      Path baseFile,
      Path queryFile,
      @Nullable Path truthFile,
      Path folder,
      int k,
      Arena arena,
      LongConsumer progress)
      throws IOException {
    VectorMatrix base = FloatVectorFile.map(baseFile, arena);
    float[][] queries = FloatVectorFile.read(queryFile);
    if (k > base.rows()) {
      throw new IllegalArgumentException(
          "k=%d must be at most the number of vectors, %d".formatted(k, base.rows()));
    }
    GroundTruth truth =
        truthFile == null
            ? GroundTruth.readOrScan(folder.resolve("truth.ibin"), base, queries, k, progress)
            : GroundTruth.read(truthFile, queries.length, k, base.rows());
    return new SearchData(name, baseFile, queryFile, base, queries, truth);
  }
}
