package dev.hstu.retrieval.explain;

import dev.hstu.retrieval.retrieve.Retrieval;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Why an item was returned or not.
///
/// @param retrieval the answer that is explained
/// @param verdict the first cause
/// @param besides what else would keep it out by itself
/// @param score inner product of user embedding and item vector; null where there is none of them
/// @param contributions of the newest events that the model kept, greatest magnitude first
/// @param eventsNotTried events kept by the model and not among the contributions
/// @param closest items of the history, most alike first
public record Explanation(
    String itemId,
    Retrieval retrieval,
    Verdict verdict,
    List<Verdict> besides,
    @Nullable Float score,
    List<EventContribution> contributions,
    int eventsNotTried,
    List<ClosestEvent> closest) {

  public Explanation {
    besides = List.copyOf(besides);
    contributions = List.copyOf(contributions);
    closest = List.copyOf(closest);
  }

  /// Whether it was.
  public boolean returned() {
    return verdict instanceof Verdict.Returned;
  }
}
