package dev.hstu.retrieval.config;

import dev.hstu.kernels.names.EditDistance;
import java.util.Collection;
import java.util.Comparator;

/// The known name that a misspelt one is closest to: one that begins like it (`time` for
/// `timestamp`), else the one at the least edit distance.
public final class NearestName {

  private NearestName() {}

  /// @param known at least one name
  public static String of(String name, Collection<String> known) {
    return known.stream()
        .min(
            Comparator.comparing((String candidate) -> !candidate.startsWith(name))
                .thenComparing(candidate -> EditDistance.between(name, candidate)))
        .orElseThrow(() -> new IllegalArgumentException("known is empty; give at least one name"));
  }
}
