package dev.hstu.retrieval.gate;

import dev.hstu.encoder.EngineChoice;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.retrieval.config.GateSettings;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Judges a generation before it serves: whether its files are whole and belong together, whether
/// its items and vectors are what they say, and what golden users get from it, beside the live
/// generation where there is one.
///
/// A program that publishes on its own, as a nightly job does, calls [#judge] and hands the verdict
/// to [Publications#publish], which refuses a blocked one:
///
/// ```java
/// PublishGate gate = new PublishGate(GateSettings.of(List.of()), EngineChoice.of(Engine.DJL), 2);
/// GateVerdict verdict = gate.judge(store, id);
/// if (verdict.passed()) {
///   new Publications(store).publish(verdict);
/// }
/// ```
///
/// Nothing is changed by judging. Takes seconds for a thousand golden users; reads every byte of
/// both generations.
///
/// @param settings the bounds
/// @param engine that encodes the golden users' histories
/// @param workers threads that rank, at least 1
public record PublishGate(GateSettings settings, EngineChoice engine, int workers) {

  public PublishGate {
    if (workers < 1) {
      throw new IllegalArgumentException("workers=" + workers + " must be at least 1");
    }
  }

  /// Judges by the golden users that were stored with the generation when it was built.
  ///
  /// @throws dev.hstu.index.generation.UnknownGenerationException when there is no such generation
  /// @throws dev.hstu.encoder.EngineUnavailableException when the engine can't run here
  /// @throws IOException when the store can't be read; a damaged generation is a verdict
  public GateVerdict judge(GenerationStore store, String id) throws IOException {
    return judge(store, id, null, done -> {});
  }

  /// Judges by given golden users.
  ///
  /// @param golden asked instead of those of the generation, unless null
  /// @param progress told how many golden users were asked, those of the live generation too
  public GateVerdict judge(
      GenerationStore store, String id, @Nullable GoldenUsers golden, LongConsumer progress)
      throws IOException {
    Instant now = Instant.now();
    long start = System.nanoTime();
    String current = currentId(store).orElse(null);
    return switch (new Opening(store, id).open()) {
      case Opening.Outcome.Refused(List<CheckResult> results) ->
          new GateVerdict(id, current, now, List.of(), results, new TreeMap<>(), seconds(start));
      case Opening.Outcome.Opened(JudgedGeneration candidate, List<CheckResult> results) -> {
        try (candidate) {
          Judgement judgement = new Judgement(this, store, candidate, results, progress);
          judgement.run(current, golden);
          SortedMap<String, Double> figures = judgement.figures();
          yield new GateVerdict(
              id, current, now, judgement.cautions(), judgement.results(), figures, seconds(start));
        }
      }
    };
  }

  /// A damaged pointer is no reason to refuse a publication, which writes it anew.
  static Optional<String> currentId(GenerationStore store) throws IOException {
    try {
      return store.currentId();
    } catch (DamagedFileException e) {
      return Optional.empty();
    }
  }

  private static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }
}
