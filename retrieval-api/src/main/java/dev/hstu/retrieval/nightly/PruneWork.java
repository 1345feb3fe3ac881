package dev.hstu.retrieval.nightly;

import dev.hstu.retrieval.config.NightlyBuild;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;

/// Deletes what need not stay. The generation is published by now, so what can't be deleted is a
/// remark and no failure; the next night tries again.
final class PruneWork implements NightWork {

  @Override
  public NightStep step() {
    return NightStep.PRUNE;
  }

  @Override
  public long diskBytes(NightContext night) {
    return 0;
  }

  @Override
  public StepResult run(NightContext night, NightProgress progress) {
    StepResult result = new StepResult();
    NightlyBuild keep = night.configuration().build();
    try {
      List<String> generations = night.store().prune(keep.keepGenerations());
      result.figure("generations", generations.size());
      result.output("deleted generations", String.join(" ", generations));
      Files.deleteIfExists(night.folder().vectors());
      Set<String> needed = night.archive().needed(night.store());
      needed.add(night.journal().night());
      List<String> nights = night.archive().prune(keep.keepNights(), needed);
      result.figure("nights", nights.size());
    } catch (IOException e) {
      result.remark("not everything could be deleted: " + e.getMessage());
    }
    return result;
  }
}
