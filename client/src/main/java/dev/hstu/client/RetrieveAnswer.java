package dev.hstu.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The items to rank next.
///
/// @param generation that answered
/// @param engine that encoded
/// @param requestTime the one used, whole seconds
/// @param candidates best first: k of them, or fewer with a `shortfall`
/// @param search `graph`, `partitions` or `exact`; null with `fallback`
/// @param unknownItems events skipped, their item unknown
/// @param fallback `popular` where no item of the history is known
/// @param validUntil until when, in whole seconds, the same request gets the same list of the same
///     items and generation; null where that is for good, or with `fallback`
/// @param cache `miss`, `embedding` or `result`
public record RetrieveAnswer(
    String generation,
    String engine,
    long requestTime,
    List<Candidate> candidates,
    @Nullable String search,
    int unknownItems,
    @Nullable String fallback,
    @Nullable Shortfall shortfall,
    @Nullable Long validUntil,
    String cache,
    Timings timings) {

  public RetrieveAnswer {
    candidates = candidates == null ? List.of() : List.copyOf(candidates);
  }

  /// An item to rank.
  ///
  /// @param score a cosine; with `fallback`, the number of interactions
  public record Candidate(String itemId, float score) {}

  /// Why there are fewer than k.
  public record Shortfall(int requested, int returned, String reason) {}

  /// Where the time went, in microseconds.
  public record Timings(long queueMicros, long encodeMicros, long searchMicros, long totalMicros) {}
}
