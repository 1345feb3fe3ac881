package dev.hstu.encoder.model;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.kernels.tables.IdTable;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a trained model is: what its embeddings are made of, and the vocabulary and clock without
/// which they mean nothing. One network ([NetworkModel]) or several whose scores are averaged
/// ([EnsembleModel]); who only needs vectors need not know which.
///
/// Immutable; safe for any number of threads while the weights' memory stays open.
public abstract sealed class Model permits NetworkModel, EnsembleModel {

  private final Clock clock;
  private final IdTable vocabulary;
  private volatile @Nullable String fingerprint;

  Model(Clock clock, IdTable vocabulary) {
    this.clock = clock;
    this.vocabulary = vocabulary;
  }

  public abstract ModelConfig config();

  public final Clock clock() {
    return clock;
  }

  /// Row `r` is item row `r + 1`, since item row 0 is padding.
  public final IdTable vocabulary() {
    return vocabulary;
  }

  /// The networks that compute, in the order of [ModelConfig#networks].
  public abstract List<NetworkModel> networks();

  /// This model, for what only a single network has: weights, layers, training on.
  ///
  /// @throws IllegalArgumentException when it is an ensemble
  public final NetworkModel network() {
    return switch (this) {
      case NetworkModel network -> network;
      case EnsembleModel ensemble ->
          throw new IllegalArgumentException(
              "the model is an ensemble of %d networks where one network is needed; give a model trained without members"
                  .formatted(ensemble.networks().size()));
    };
  }

  /// Writes the unit vector of one item, float[D] from `offset` on. Allocates nothing.
  ///
  /// @param item a row of the model; 0 is padding
  public abstract void copyItemVector(long item, float[] target, int offset);

  /// The norm of an item's embedding before it is normalised; of an ensemble the root mean square
  /// of its members'.
  ///
  /// @param item a row of the model; 0 is padding
  public abstract double embeddingNorm(long item);

  /// The item vector of an item that the model was never trained on, by its labels: their
  /// embeddings added up and normalised. Labels the model doesn't know say nothing.
  ///
  /// @param labels of the item, by the name of a column
  /// @return float[D]; empty where the model knows none of the labels
  public abstract Optional<float[]> vectorOfLabels(Function<String, List<String>> labels);

  /// SHA-256, 64 lower-case hexadecimal digits; of a network over the canonical configuration,
  /// every tensor (sorted by name: name, type, shape, bytes), the vocabulary and the clock; of an
  /// ensemble over its members' in their order. Equal fingerprints mean equal embeddings for equal
  /// histories; nothing else of a model's history enters.
  ///
  /// Reads all weights on the first call, and is remembered.
  public final String fingerprint() {
    @Nullable String known = fingerprint;
    if (known == null) {
      // Two threads may both compute it: the result is the same.
      known = computeFingerprint();
      fingerprint = known;
    }
    return known;
  }

  /// Takes a fingerprint as known, so that nobody has to read all weights for it.
  ///
  /// @param known what [#fingerprint] gave when the model was written; not checked here
  public final void assumeFingerprint(String known) {
    fingerprint = known;
  }

  /// [#fingerprint] of what the model is, whatever is known of it. Reads all weights, each time.
  public abstract String computeFingerprint();
}
