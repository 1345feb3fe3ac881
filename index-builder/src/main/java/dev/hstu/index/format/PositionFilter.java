package dev.hstu.index.format;

/// A filter whose lasting part is known by position, and what else is to be asked of a document
/// that this part accepts.
///
/// @param positions of the very segment searched, whole
/// @param lasting what `positions` was filled from
/// @param others asked last; [DocumentFilter#ALL] where there is nothing else
public record PositionFilter(
    AcceptedPositions positions, DocumentFilter lasting, DocumentFilter others)
    implements DocumentFilter {

  public PositionFilter {
    if (!positions.isWhole()) {
      throw new IllegalArgumentException("the positions aren't filled yet; ask the filter itself");
    }
  }

  @Override
  public boolean accepts(int document) {
    return lasting.accepts(document) && others.accepts(document);
  }
}
