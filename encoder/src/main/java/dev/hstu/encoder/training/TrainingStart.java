package dev.hstu.encoder.training;

import dev.hstu.encoder.model.NetworkModel;
import java.util.Optional;

/// Where a training begins.
public sealed interface TrainingStart {

  /// With weights drawn from the seed.
  TrainingStart ANEW = new Anew();

  /// With weights drawn from the seed.
  record Anew() implements TrainingStart {}

  /// With the weights of a model, whose vocabulary may be smaller than that of the data: rows go by
  /// id. Items that are new to the model begin as in a new model, with moments 0. Shapes and clock
  /// stay.
  ///
  /// The optimiser counts its updates on, so that the bias correction of AdamW, which is for
  /// moments that are all young, stays off: a new row's first step is then `(1 - β₁) / √(1 - β₂)`
  /// times the learning rate, 0.7 with the public rates, where it is 1 in a new training.
  ///
  /// @param model open until the training has ended
  /// @param state the model's own; without it the moments begin at 0 and the updates are counted
  ///     from 1, and the first steps move every weight as far as in a new training
  record From(NetworkModel model, Optional<TrainingState> state) implements TrainingStart {
    public From {
      if (state.isPresent() && !state.get().modelFingerprint().equals(model.fingerprint())) {
        throw new IllegalArgumentException(
            "state of model %s given with model %s; give the model's own"
                .formatted(state.get().modelFingerprint(), model.fingerprint()));
      }
    }
  }

  /// Goes on from a model and the state its training left.
  static TrainingStart from(NetworkModel model, TrainingState state) {
    return new From(model, Optional.of(state));
  }

  /// Updates the optimiser has made before.
  default long updates() {
    return switch (this) {
      case Anew() -> 0;
      case From from -> from.state().map(TrainingState::updates).orElse(0L);
    };
  }

  /// A text that differs where the start does; a training resumes its own start only.
  default String identity() {
    return switch (this) {
      case Anew() -> "anew";
      case From from -> "%s after %d updates".formatted(from.model().fingerprint(), updates());
    };
  }
}
