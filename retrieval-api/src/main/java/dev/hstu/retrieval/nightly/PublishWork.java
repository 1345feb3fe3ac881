package dev.hstu.retrieval.nightly;

import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.retrieval.gate.GateVerdict;
import dev.hstu.retrieval.gate.PublicationBlockedException;
import dev.hstu.retrieval.gate.Publications;
import java.io.IOException;
import java.util.Optional;

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
    if (!store.currentId().equals(Optional.of(generation))) {
      publish(night, store);
    }
    StepResult result =
        new StepResult().input(GenerationWork.GENERATION, generation).output("current", generation);
    store.previousId().ifPresent(previous -> result.output("previous", previous));
    return result;
  }

  /// By the gate's verdict of this run, or by another where the run that judged was killed.
  private static void publish(NightContext night, GenerationStore store) throws IOException {
    try {
      GateVerdict verdict =
          night.verdict().isPresent()
              ? night.verdict().get()
              : GateWork.judge(night, (done, total) -> {});
      night.verdict(verdict);
      new Publications(store).publish(verdict);
    } catch (DamagedGenerationException | PublicationBlockedException e) {
      throw new NightRefusedException(e.getMessage(), e);
    }
  }
}
