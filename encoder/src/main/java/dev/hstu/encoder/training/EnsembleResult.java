package dev.hstu.encoder.training;

import java.nio.file.Path;
import java.util.List;

/// A finished training of an ensemble.
///
/// @param model folder of the saved ensemble
/// @param fingerprint of the saved ensemble
/// @param trained what this run did, a member each; those that earlier runs had finished are not
///     among them
public record EnsembleResult(Path model, String fingerprint, List<TrainingResult> trained) {
  public EnsembleResult {
    trained = List.copyOf(trained);
  }
}
