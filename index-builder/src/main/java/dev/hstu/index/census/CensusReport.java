package dev.hstu.index.census;

/// What a census found.
///
/// @param items live items
/// @param unreachable rows of live items that no search comes to through the index, ascending;
///     shared, not to be changed
/// @param returnable dead rows that a search may still return
/// @param misplaced live rows whose id leads to another row, or to none
public record CensusReport(int items, int[] unreachable, int returnable, int misplaced) {

  /// Whether every live item, and nothing else, can be found.
  public boolean isClean() {
    return unreachable.length == 0 && returnable == 0 && misplaced == 0;
  }

  /// In one sentence.
  public String describe() {
    return "%d items: %d unreachable, %d dead ones returnable, %d misplaced"
        .formatted(items, unreachable.length, returnable, misplaced);
  }
}
