package dev.hstu.index.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What some work needs of heap, native memory and page cache together, part by part.
///
/// @param parts copied; those of 0 bytes are not told
public record MemoryNeed(List<Part> parts) {

  /// Nothing yet.
  public static final MemoryNeed NONE = new MemoryNeed(List.of());

  /// One part.
  ///
  /// @param of what takes it
  /// @param bytes at least 0
  public record Part(String of, long bytes) {

    public Part {
      if (bytes < 0) {
        throw new IllegalArgumentException(
            "%s takes %d bytes, must be at least 0".formatted(of, bytes));
      }
    }
  }

  public MemoryNeed {
    parts = List.copyOf(parts);
  }

  /// This and one more part.
  public MemoryNeed and(String of, long bytes) {
    List<Part> more = new ArrayList<>(parts);
    more.add(new Part(of, bytes));
    return new MemoryNeed(more);
  }

  /// All parts together.
  public long bytes() {
    return parts.stream().mapToLong(Part::bytes).sum();
  }

  /// Refuses a budget that is too small.
  ///
  /// @param work ends the phrase "the memory that ... needs"
  /// @throws InsufficientMemoryException naming every part and the mend
  public void requireWithin(long budgetBytes, String work) throws InsufficientMemoryException {
    if (bytes() > budgetBytes) {
      throw new InsufficientMemoryException(
          "%s of memory is below the %s that %s needs: %s; allow more with --ram"
              .formatted(MemorySize.text(budgetBytes), MemorySize.text(bytes()), work, this));
    }
  }

  @Override
  public String toString() {
    return parts.stream()
        .filter(part -> part.bytes > 0)
        .map(part -> MemorySize.text(part.bytes) + " " + part.of)
        .collect(Collectors.joining(", "));
  }
}
