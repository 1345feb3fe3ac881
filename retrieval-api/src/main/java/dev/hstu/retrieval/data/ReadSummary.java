package dev.hstu.retrieval.data;

import java.util.List;
import java.util.SortedMap;

/// What an import read.
///
/// @param formats of the interaction files, in their order
/// @param interactions their rows
/// @param catalogue rows of the catalogue, none without one
/// @param users rows of the files of slow series, none without them
/// @param series what was kept of each
/// @param badRows the first bad rows of each, at most 20
/// @param notes what was decided for the user, one sentence each
public record ReadSummary(
    List<String> formats,
    Rows interactions,
    Rows catalogue,
    Rows users,
    List<SeriesSummary> series,
    List<BadRow> badRows,
    List<String> notes) {

  public ReadSummary {
    formats = List.copyOf(formats);
    series = List.copyOf(series);
    badRows = List.copyOf(badRows);
    notes = List.copyOf(notes);
  }

  /// The rows that an import was stopped for.
  ///
  /// @param what as [ImportOutcome.TooManyBadRows#what]
  public Rows rows(String what) {
    return switch (what) {
      case ImportOutcome.CATALOGUE -> catalogue;
      case ImportOutcome.SERIES -> users;
      default -> interactions;
    };
  }

  /// Rows read, and those left out because they could not be used.
  ///
  /// @param read good and bad ones
  /// @param bad left out
  /// @param badByReason the same, split
  public record Rows(long read, long bad, SortedMap<String, Long> badByReason) {

    static Rows of(BadRows counted) {
      return new Rows(counted.rows(), counted.bad(), counted.byReason());
    }
  }
}
