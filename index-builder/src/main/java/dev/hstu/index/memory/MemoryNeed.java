package dev.hstu.index.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What some work needs of heap, native memory and page cache together, part by part.
///
/// @param parts copied; those of 0 bytes are not told
public record MemoryNeed(List<Part> parts) {

  /// What a Java machine takes beside its heap: code, classes, threads, the collector.
  public static final long MACHINE_BYTES = 200L << 20;

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

  /// Refuses a Java heap that is too small for this part of a need.
  ///
  /// @param heapBytes the largest heap
  /// @param work as in [#requireWithin]
  /// @throws InsufficientMemoryException naming every part and the mend
  public void requireWithinHeap(long heapBytes, String work) throws InsufficientMemoryException {
    if (bytes() > heapBytes) {
      throw new InsufficientMemoryException(
          ("the Java heap may grow to %s and %s needs %s of it: %s; allow more with"
                  + " HSTU_JAVA_OPTS=-Xmx%dm or a larger --ram")
              .formatted(
                  MemorySize.text(heapBytes),
                  work,
                  MemorySize.text(bytes()),
                  this,
                  Math.ceilDiv(bytes(), 1L << 20)));
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
