package dev.hstu.retrieval.evaluate.leaks;

import dev.hstu.retrieval.evaluate.Evaluation;
import dev.hstu.retrieval.evaluate.RankingMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/// Finds leaks and says what each is worth: ranks the evaluation as presented, with each leak
/// mended by itself, and with all of them mended.
public final class LeakDetector {

  private LeakDetector() {}

  /// Kinds that are looked for, in order.
  public static List<String> kinds() {
    return LeakChecks.ALL.stream().map(LeakCheck::kind).toList();
  }

  /// Audits an evaluation.
  ///
  /// @param subject the model, whose item vectors rank exactly
  /// @param workers threads that rank, at least 1
  /// @param progress told the number of cases ranked, over all rankings
  public static LeakReport audit(
      Evaluation.Subject subject, Audit audit, int workers, LongConsumer progress) {
    AuditRanker ranker = new AuditRanker(subject, workers, progress);
    RankingMetrics.Summary presented = ranker.rank(audit);
    List<Leak> leaks = new ArrayList<>();
    Audit mended = audit;
    for (LeakCheck check : LeakChecks.ALL) {
      int cases = check.count(audit);
      if (cases > 0) {
        leaks.add(new Leak(check.kind(), check.words(), cases, ranker.rank(check.mended(audit))));
        mended = check.mended(mended);
      }
    }
    return new LeakReport(
        audit.cases().size(),
        leaks,
        notes(audit),
        presented,
        leaks.isEmpty() ? presented : ranker.rank(mended));
  }

  private static List<String> notes(Audit audit) {
    List<String> notes = new ArrayList<>();
    if (audit.training() == null) {
      notes.add(
          "nothing tells what the model was trained on, so target-in-training,"
              + " later-events-in-training, users-in-both and twin-users were not looked for; name"
              + " it with --training-data");
    } else if (!audit.usersHeldOut()) {
      notes.add(
          "users-in-both is looked for where --held-out-users says that training saw none of them");
    }
    return notes;
  }
}
