package dev.hstu.retrieval.nightly;

import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.GenerationStore;
import java.io.IOException;

/// Makes the night's generation the current one; servers take it up by themselves.
final class PublishWork implements NightWork {

  /// `CURRENT` and the journal.
  private static final long BYTES = 1 << 16;

  @Override
  public NightStep step() {
    return NightStep.PUBLISH;
  }

  @Override
  public long diskBytes(NightContext night) {
    return BYTES;
  }

  @Override
  public StepResult run(NightContext night, NightProgress progress) throws IOException {
    GenerationStore store = night.store();
    String generation = NightArchive.generation(night.journal());
    try {
      store.publish(generation);
    } catch (DamagedGenerationException e) {
      throw new NightRefusedException(e.getMessage(), e);
    }
    StepResult result =
        new StepResult().input(GenerationWork.GENERATION, generation).output("current", generation);
    store.previousId().ifPresent(previous -> result.output("previous", previous));
    return result;
  }
}
