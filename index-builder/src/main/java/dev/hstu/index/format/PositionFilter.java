package dev.hstu.index.format;

/// A filter whose lasting part is known by position, and what else is to be asked of a document
/// that this part accepts.
///
/// @param positions of the very segment searched, whole; later vectors have none
/// @param others asked last; [DocumentFilter#ALL] where there is nothing else
/// @param whole both, asked where there is no position
public record PositionFilter(
    AcceptedPositions positions, DocumentFilter others, DocumentFilter whole)
    implements DocumentFilter {

  public PositionFilter {
    if (!positions.isWhole()) {
      throw new IllegalArgumentException("the positions aren't filled yet; ask the filter itself");
    }
  }

  @Override
  public boolean accepts(int document) {
    return whole.accepts(document);
  }
}
