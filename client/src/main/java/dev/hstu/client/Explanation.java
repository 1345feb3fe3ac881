package dev.hstu.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Why an item was returned for a history, or why not.
///
/// @param verdict the first cause
/// @param besides what else would keep the item out by itself
/// @param score cosine of user and item; null where the model has none of them
/// @param contributions what each of the newest events did to the score, greatest first
/// @param closest items of the history that are most alike
public record Explanation(
    String generation,
    long requestTime,
    String itemId,
    int k,
    boolean returned,
    Cause verdict,
    List<Cause> besides,
    @Nullable Float score,
    List<Contribution> contributions,
    List<Closest> closest) {

  public Explanation {
    besides = besides == null ? List.of() : List.copyOf(besides);
    contributions = contributions == null ? List.of() : List.copyOf(contributions);
    closest = closest == null ? List.of() : List.copyOf(closest);
  }

  /// A cause.
  ///
  /// @param cause a word, such as `returned`, `seen` or `outranked`
  /// @param rank place in the list, or exact rank among the items that may be returned
  public record Cause(String cause, String sentence, @Nullable Long rank) {}

  /// What one event did to the score.
  ///
  /// @param contribution null for the only known event
  public record Contribution(String itemId, long timestamp, @Nullable Float contribution) {}

  /// An item of the history and how alike it is.
  public record Closest(String itemId, long timestamp, float cosine) {}
}
