package dev.hstu.kernels.safetensors;

import dev.hstu.kernels.names.EditDistance;
import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;

/// Finds the names most like a missing one, for messages.
final class NearNames {
  private static final int SHOWN = 3;

  /// Names looked at: enough for any model, and quick on a hostile file.
  private static final int MAX_COMPARED = 2000;

  private NearNames() {}

  static String to(String missing, Collection<String> names) {
    return names.stream()
        .limit(MAX_COMPARED)
        .sorted(Comparator.comparingInt(name -> EditDistance.between(missing, name)))
        .limit(SHOWN)
        .map(HeaderParser::clipped)
        .collect(Collectors.joining(", "));
  }
}
