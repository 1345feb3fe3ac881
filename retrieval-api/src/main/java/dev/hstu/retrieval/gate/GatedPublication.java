package dev.hstu.retrieval.gate;

import dev.hstu.index.generation.GenerationStore;
import java.io.IOException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// One publication from judgement to pointer, the same on the command line and over HTTP: the gate
/// first, its verdict kept, then the generation, unless the gate blocks it and no reason forces it.
public final class GatedPublication {

  private final GenerationStore store;
  private final PublishGate gate;
  private final Publications publications;

  public GatedPublication(GenerationStore store, PublishGate gate, Publications publications) {
    this.store = store;
    this.gate = gate;
    this.publications = publications;
  }

  /// What came of it.
  ///
  /// @param published whether the generation is current now
  /// @param forced whether it is so against the verdict
  public record Outcome(GateVerdict verdict, boolean published, boolean forced) {}

  /// Judges; changes nothing.
  ///
  /// @param golden asked instead of the golden users of the generation, unless null
  /// @param progress told how many golden users were asked
  /// @throws dev.hstu.index.generation.UnknownGenerationException when there is no such generation
  /// @throws dev.hstu.encoder.EngineUnavailableException when the engine can't run here
  public GateVerdict judge(String id, @Nullable GoldenUsers golden, LongConsumer progress)
      throws IOException {
    return gate.judge(store, id, golden, progress);
  }

  /// Keeps a verdict and publishes the generation as far as it lets or the reason makes it.
  ///
  /// @param reason not needed, and not kept, where the gate lets it pass; null for none
  /// @throws OutdatedVerdictException when another generation became current since
  /// @throws dev.hstu.index.generation.DamagedGenerationException when it was damaged since
  /// @throws dev.hstu.kernels.storage.DirectoryLockedException when another process publishes
  public Outcome publish(GateVerdict verdict, @Nullable ForceReason reason) throws IOException {
    if (verdict.passed()) {
      publications.publish(verdict);
      return new Outcome(verdict, true, false);
    }
    if (reason == null) {
      publications.keep(verdict);
      return new Outcome(verdict, false, false);
    }
    publications.force(verdict, reason);
    return new Outcome(verdict, true, true);
  }
}
