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
/// @param fallback `popular` where no item of the history is known, or at step 4 of `quality`
/// @param validUntil until when, in whole seconds, the same request gets the same list of the same
///     items and generation; null where that is for good, or with `fallback` or `quality`
/// @param quality what was done without since there was too much load; null for a full answer
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
    @Nullable Quality quality,
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

  /// How much worse than a full answer it is.
  ///
  /// @param step 1 to 4, the higher the worse
  /// @param name of the step, e.g. `shorter-history`
  /// @param staleSeconds how long past its expiry the user embedding was; null but at step 3
  /// @param hr100Cost by how much HR@100 is lower at this step; null where it wasn't measured
  /// @param recall100Cost by how much the share of the exact first 100 that is returned is lower;
  ///     null where it wasn't measured
  public record Quality(
      int step,
      String name,
      @Nullable Long staleSeconds,
      @Nullable Double hr100Cost,
      @Nullable Double recall100Cost) {}

  /// Where the time went, in microseconds.
  public record Timings(long queueMicros, long encodeMicros, long searchMicros, long totalMicros) {}
}
