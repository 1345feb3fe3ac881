package dev.hstu.retrieval.receipts;

import dev.hstu.index.filter.FilterRule;
import dev.hstu.index.filter.InvalidFilterException;
import dev.hstu.index.filter.NamedSets;
import dev.hstu.retrieval.retrieve.ExactAnswer;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.serving.GenerationLease;
import dev.hstu.retrieval.serving.GenerationSwitch;
import java.util.Optional;

/// Answers put aside, answered again exactly: by the embedding that they were searched with, in the
/// very items that they were searched in. For one thread.
final class ExactReplay {

  private final GenerationSwitch generations;
  private final NamedSets sets;
  private final RetrievalBuffers buffers = new RetrievalBuffers();

  ExactReplay(GenerationSwitch generations, NamedSets sets) {
    this.generations = generations;
    this.sets = sets;
  }

  /// What it came to.
  sealed interface Result {

    record Measured(Receipt receipt) implements Result {}

    /// @param why not [SampleOutcome#MEASURED]
    record Discarded(SampleOutcome why) implements Result {}
  }

  /// Answers one again.
  Result replay(ServedSample sample) {
    Optional<GenerationLease> lease = generations.lease();
    if (lease.isEmpty()) {
      return new Result.Discarded(SampleOutcome.GENERATION_GONE);
    }
    try (GenerationLease held = lease.get()) {
      return held.generation() == sample.generation()
          ? measured(sample)
          : new Result.Discarded(SampleOutcome.GENERATION_GONE);
    }
  }

  private Result measured(ServedSample sample) {
    RetrievalQuery query = sample.query();
    ExactAnswer exact;
    try {
      exact =
          sample
              .generation()
              .retriever()
              .exact(query, sample.answered().items(), sample.embedding(), buffers);
    } catch (InvalidFilterException e) {
      return new Result.Discarded(SampleOutcome.SETS_CHANGED);
    }
    // Looked at afterwards: an equal version then has been the same all along.
    if (query.filter().namesSet() && sets.version() != sample.answered().setsVersion()) {
      return new Result.Discarded(SampleOutcome.SETS_CHANGED);
    }
    if (exact.candidates().isEmpty()) {
      return new Result.Discarded(SampleOutcome.EMPTY);
    }
    double recall = SentCandidates.of(sample.answered().candidates()).recall(exact.candidates());
    boolean filtered = !query.filter().equals(FilterRule.EVERYTHING);
    return new Result.Measured(
        new Receipt(
            sample.generation().manifest().id(),
            Selectivity.of(filtered, exact.selectivity()),
            recall));
  }
}
