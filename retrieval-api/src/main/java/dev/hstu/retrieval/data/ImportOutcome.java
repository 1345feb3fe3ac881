package dev.hstu.retrieval.data;

/// How an import of readable files ended.
public sealed interface ImportOutcome {

  /// The rows of the catalogue.
  String CATALOGUE = "catalogue";

  /// The rows of slow series.
  String SERIES = "series";

  ReadSummary read();

  /// The folder is there.
  record Imported(ReadSummary read, EventSummary events) implements ImportOutcome {}

  /// Nothing was written, because too many rows were bad.
  ///
  /// @param what which rows, `interactions`, `catalogue` or `series`
  /// @param badShare of those rows
  /// @param maxBadShare the largest share allowed
  record TooManyBadRows(ReadSummary read, String what, double badShare, double maxBadShare)
      implements ImportOutcome {}
}
