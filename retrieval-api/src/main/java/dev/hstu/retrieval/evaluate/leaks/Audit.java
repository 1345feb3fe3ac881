package dev.hstu.retrieval.evaluate.leaks;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.retrieval.evaluate.SeenFilter;
import org.jspecify.annotations.Nullable;

/// An evaluation as it is about to be run, to be held against what it may know.
///
/// @param cases as presented
/// @param items `V` of the data, all of which a service ranks
/// @param clock of the times
/// @param window of the model
/// @param seen what cannot be ranked, where a case doesn't list it
/// @param training what the model was trained on, or null where nobody knows
/// @param usersHeldOut whether the evaluation claims that training saw none of its users
public record Audit(
    AuditCases cases,
    int items,
    Clock clock,
    HistoryWindow window,
    SeenFilter seen,
    @Nullable TrainedEvents training,
    boolean usersHeldOut) {

  Audit withCases(AuditCases other) {
    return new Audit(other, items, clock, window, seen, training, usersHeldOut);
  }

  Audit withSeen(SeenFilter other) {
    return new Audit(cases, items, clock, window, other, training, usersHeldOut);
  }
}
