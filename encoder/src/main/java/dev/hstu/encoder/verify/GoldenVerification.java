package dev.hstu.encoder.verify;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineStatus;
import dev.hstu.encoder.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Checks engines against a golden file: each block's output, the normalised sequence and its
/// padding, user embeddings, top-k ids and scores, loss and gradients. Start here.
///
/// The error of a tensor is `‖out − expected‖ / ‖expected‖` and is held against [Tolerance].
public final class GoldenVerification {

  static final String LAYER = "layer";
  static final String GRADIENT = "grad.";

  private GoldenVerification() {}

  /// Every engine that can run here, in each of its precisions.
  public static List<EngineChoice> enginesPresent() {
    List<EngineChoice> choices = new ArrayList<>();
    for (EngineStatus status : Encoder.engines()) {
      if (status.available()) {
        choices.addAll(choicesOf(status.engine()));
      }
    }
    return choices;
  }

  /// The usual ways to run one engine, present or not: the reference in both precisions it
  /// is an oracle in, djl in float32, cuda in float32 and bfloat16.
  public static List<EngineChoice> choicesOf(Engine engine) {
    EngineChoice usual = EngineChoice.of(engine);
    return switch (engine) {
      case REFERENCE -> List.of(usual.withPrecision(Precision.FLOAT64), usual);
      case DJL -> List.of(usual);
      case CUDA -> List.of(usual.withPrecision(Precision.FLOAT32), usual);
    };
  }

  /// Checks engines against one file. An engine that is not made for its kind of model is skipped.
  ///
  /// @param engines each is checked as asked; one that can't run is not replaced by another
  /// @throws IOException when `golden` is not a golden file, naming what is wrong with it
  /// @throws dev.hstu.encoder.EngineUnavailableException when an engine asked for can't run here
  public static VerificationReport verify(Path golden, List<EngineChoice> engines)
      throws IOException {
    List<Check> checks = new ArrayList<>();
    try (GoldenFile file = GoldenFile.open(golden)) {
      GoldenCase expected = GoldenCase.read(file);
      for (EngineChoice engine : engines) {
        checks.addAll(checks(expected, engine));
      }
    }
    return new VerificationReport(golden.toString(), checks);
  }

  private static List<Check> checks(GoldenCase expected, EngineChoice choice) {
    return Encoder.shortcoming(choice.engine(), expected.model().config())
        .map(reason -> List.of(skipped(choice, reason)))
        .orElseGet(() -> new EngineVerification(expected, choice).checks());
  }

  private static Check skipped(EngineChoice choice, String reason) {
    return new Check(
        choice.engine().id(), choice.precision().id(), "all", new Outcome.Skipped(reason));
  }
}
