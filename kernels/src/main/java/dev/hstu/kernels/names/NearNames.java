package dev.hstu.kernels.names;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// The known names that a misspelt one probably means, for messages: those that begin like it
/// (`timestamp` for `time`), then those at the least [EditDistance].
public final class NearNames {

  /// Names looked at: more than any model, catalogue or configuration of ours has, and quick on a
  /// hostile file.
  private static final int MAX_COMPARED = 2_000;

  private NearNames() {}

  /// The nearest ones, the nearest first.
  ///
  /// @param most of them
  public static List<String> of(String name, Collection<String> known, int most) {
    return known.stream().limit(MAX_COMPARED).sorted(nearness(name)).limit(most).toList();
  }

  /// The nearest one.
  ///
  /// @param known at least one name
  public static String nearest(String name, Collection<String> known) {
    return known.stream()
        .limit(MAX_COMPARED)
        .min(nearness(name))
        .orElseThrow(() -> new IllegalArgumentException("known is empty; give at least one name"));
  }

  /// Equally near ones by the alphabet, whatever the order of a set.
  private static Comparator<String> nearness(String name) {
    return Comparator.comparing((String candidate) -> !candidate.startsWith(name))
        .thenComparingInt(candidate -> EditDistance.between(name, candidate))
        .thenComparing(Comparator.naturalOrder());
  }
}
