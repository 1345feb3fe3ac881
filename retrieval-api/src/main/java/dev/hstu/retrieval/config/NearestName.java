package dev.hstu.retrieval.config;

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
                .thenComparing(candidate -> editDistance(name, candidate)))
        .orElseThrow(() -> new IllegalArgumentException("known is empty; give at least one name"));
  }

  /// Levenshtein distance, one row at a time.
  static int editDistance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int above = row[j];
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(substituted, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[row.length - 1];
  }
}
