package dev.hstu.retrieval.evaluate;

import java.util.List;
import java.util.Locale;

/// A figure that one user's rank gives, whose mean over users is the metric of HSTU.md.
///
/// @param kind what is counted
/// @param cutoff K, or 0 for MRR
public record RankedMetric(Kind kind, int cutoff) {

  /// What a rank is worth.
  public enum Kind {
    HR,
    NDCG,
    MRR
  }

  /// The metrics that a comparison shows, by the order of its table.
  public static final List<RankedMetric> COMPARED =
      List.of(
          new RankedMetric(Kind.HR, 10),
          new RankedMetric(Kind.HR, 50),
          new RankedMetric(Kind.HR, 100),
          new RankedMetric(Kind.HR, 500),
          new RankedMetric(Kind.NDCG, 10),
          new RankedMetric(Kind.NDCG, 100),
          new RankedMetric(Kind.MRR, 0));

  /// Reads a label, e.g. `hr@100` or `mrr`.
  ///
  /// @throws IllegalArgumentException when it is none of [#COMPARED]
  public static RankedMetric parse(String label) {
    return COMPARED.stream()
        .filter(metric -> metric.label().equalsIgnoreCase(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "metric '%s' is not compared; choose one of %s"
                        .formatted(label, COMPARED.stream().map(RankedMetric::label).toList())));
  }

  /// As tables show it, e.g. `HR@100`.
  public String label() {
    return cutoff == 0 ? kind.name() : String.format(Locale.ROOT, "%s@%d", kind.name(), cutoff);
  }

  /// What a user's rank is worth, 0..1; 0 is a target that wasn't found.
  double of(int rank) {
    if (rank == 0 || (cutoff > 0 && rank > cutoff)) {
      return 0;
    }
    return switch (kind) {
      case HR -> 1;
      case NDCG -> Math.log(2) / Math.log1p(rank);
      case MRR -> 1.0 / rank;
    };
  }
}
