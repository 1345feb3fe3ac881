package dev.hstu.retrieval.cache;

import dev.hstu.index.search.SearchPath;
import org.jspecify.annotations.Nullable;

/// A list of candidates as it is kept. Holds nothing of the index it comes from.
///
/// @param candidates in the form they are sent in, shared and not to be changed
/// @param embedding what it was searched with, shared with the embeddings kept and not to be
///     changed
/// @param returned how many they are
/// @param path how the index found them
/// @param shortfallReason why there are fewer than k, or null where there are k
public record KeptList(
    byte[] candidates,
    float[] embedding,
    int returned,
    SearchPath path,
    @Nullable String shortfallReason) {

  private static final int OVERHEAD_BYTES = 72;
  private static final int REASON_OVERHEAD_BYTES = 56;

  /// Heap taken, about.
  int bytes() {
    return OVERHEAD_BYTES
        + candidates.length
        + Float.BYTES * embedding.length
        + (shortfallReason == null ? 0 : REASON_OVERHEAD_BYTES + shortfallReason.length());
  }
}
