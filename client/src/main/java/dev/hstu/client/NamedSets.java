package dev.hstu.client;

import java.util.List;

/// The registered sets of items. The service leaves empty lists out.
///
/// @param damaged names of sets whose files cannot be read; unknown until registered anew
public record NamedSets(List<NamedSet> sets, List<String> damaged) {

  public NamedSets {
    sets = sets == null ? List.of() : List.copyOf(sets);
    damaged = damaged == null ? List.of() : List.copyOf(damaged);
  }

  /// A set that filters may name.
  ///
  /// @param version grows with every registration
  /// @param ids how many different ones it has
  public record NamedSet(String name, long version, int ids) {}
}
