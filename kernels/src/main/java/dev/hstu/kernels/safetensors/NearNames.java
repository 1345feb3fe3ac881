package dev.hstu.kernels.safetensors;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;

/// Finds the names most like a missing one, for messages.
final class NearNames {
  private static final int SHOWN = 3;

  /// Names looked at and chars compared: enough for any model, and quick on a hostile file.
  private static final int MAX_COMPARED = 2000;

  private static final int MAX_CHARS = 100;

  private NearNames() {}

  static String to(String missing, Collection<String> names) {
    String wanted = head(missing);
    return names.stream()
        .limit(MAX_COMPARED)
        .sorted(Comparator.comparingInt(name -> editDistance(wanted, head(name))))
        .limit(SHOWN)
        .map(HeaderParser::clipped)
        .collect(Collectors.joining(", "));
  }

  private static String head(String name) {
    return name.substring(0, Math.min(name.length(), MAX_CHARS));
  }

  private static int editDistance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    int[] row = new int[b.length() + 1];
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(previous[j], row[j - 1]));
      }
      int[] spare = previous;
      previous = row;
      row = spare;
    }
    return previous[b.length()];
  }
}
