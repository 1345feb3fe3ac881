package dev.hstu.retrieval.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.memory.InsufficientMemoryException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a gate in the service opens counts in `serving.ram`: where a generation fits beside the one
/// it replaces, but the judged one not beside both, judging is refused before a file is opened.
class ServingBudgetTest {

  private static final long HEAP = 512L << 20;
  private static final long TORCH = ServingBudget.TORCH_BYTES;

  @TempDir Path folder;
  private GenerationManifest live;
  private GenerationManifest judged;

  @BeforeEach
  void build() throws Exception {
    TinyGenerations generations = new TinyGenerations(folder);
    live = generations.store().manifest(generations.publish(1));
    judged =
        generations
            .store()
            .manifest(generations.build(2, TinyGenerations.longIds(), new Clock.Wall()));
  }

  @Test
  void judgingTakesOneGenerationMoreThanASwap() throws Exception {
    long swap = least(budget -> budget.require(judged), 0);
    long judging = least(budget -> budget.requireJudging(judged, Optional.of(live)), 0);
    long first = least(budget -> budget.requireJudging(judged, Optional.empty()), 0);

    assertThat(first).as("nothing serves, one is opened").isEqualTo(swap);
    assertThat(judging).isGreaterThan(swap).isLessThan(swap + (1 << 20));
    budget(OptionalLong.empty(), 0).requireJudging(judged, Optional.of(live));
  }

  @Test
  void theGatesEngineCountsWhereTheServiceHasNone() throws Exception {
    long reference = least(budget -> budget.requireJudging(judged, Optional.of(live)), 0);
    long torch = least(budget -> budget.requireJudging(judged, Optional.of(live)), TORCH);
    assertThat(torch - reference).isEqualTo(TORCH);
    assertThatThrownBy(
            () ->
                budget(OptionalLong.of(reference), TORCH).requireJudging(judged, Optional.of(live)))
        .isInstanceOf(InsufficientMemoryException.class)
        .hasMessageContaining("judging 300 items beside what serves needs")
        .hasMessageContaining("the gate's engine")
        .hasMessageContaining("judged model");
  }

  @FunctionalInterface
  private interface Question {
    void ask(ServingBudget budget) throws InsufficientMemoryException;
  }

  /// The smallest budget, in bytes, that allows something.
  private static long least(Question question, long gateEngineBytes) {
    long low = 0;
    long high = 4L << 30;
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (allows(question, budget(OptionalLong.of(middle), gateEngineBytes))) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  private static boolean allows(Question question, ServingBudget budget) {
    try {
      question.ask(budget);
      return true;
    } catch (InsufficientMemoryException e) {
      return false;
    }
  }

  /// Of a service without an engine of its own.
  private static ServingBudget budget(OptionalLong ram, long gateEngineBytes) {
    return new ServingBudget(ram, HEAP, 0, gateEngineBytes, 0, 0, 0, 0);
  }
}
