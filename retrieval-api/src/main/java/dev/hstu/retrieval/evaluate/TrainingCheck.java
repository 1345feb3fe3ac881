package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import org.jspecify.annotations.Nullable;

/// Whether a model can have seen what a protocol asks for.
///
/// @param training the model's record, or null where it has none
/// @param data of the evaluation
/// @param trainedOn what the model was trained on, where the caller knows it, else null
record TrainingCheck(
    @Nullable TrainingRecord training, PreparedData data, @Nullable PreparedData trainedOn) {

  private static final String UNKNOWN =
      "nothing tells what the model was trained on; if on these targets, the figures show what it"
          + " remembers";

  /// @throws IllegalArgumentException when `trainedOn` is not what the record says
  TrainingCheck {
    if (trainedOn != null
        && training != null
        && !training.dataFingerprint().equals(trainedOn.fingerprint())) {
      throw new IllegalArgumentException(
          "--training-data has the fingerprint %.12s, the model was trained on %.12s; name that folder"
              .formatted(trainedOn.fingerprint(), training.dataFingerprint()));
    }
  }

  /// Why the figures may flatter the model, or null where nothing speaks against them.
  ///
  /// @throws SeenTargetsException when training surely saw the targets
  @Nullable String caution(EvaluationProtocol protocol) {
    if (training == null || !training.knowsHoldOut()) {
      return UNKNOWN;
    }
    return switch (protocol) {
      case LeaveOneOut one -> caution(training, one.target());
      case TimeSplit split -> caution(training, split);
      case FilteredCases filtered -> caution(filtered.all());
    };
  }

  private @Nullable String caution(TrainingRecord known, LeaveOneOut.Target target) {
    if (known.sawTargets(data.fingerprint(), target)) {
      throw new SeenTargetsException(
          ("the model was trained with --hold-out %d on this data, so it has seen the targets; train "
                  + "with --hold-out %d to measure it")
              .formatted(known.holdOut(), target.eventsHeldOut()));
    }
    if (!known.heldOut(target)) {
      return ("the model was trained with --hold-out %d on other data (%.12s); if that held these"
              + " targets, the figures show what it remembers")
          .formatted(known.holdOut(), known.dataFingerprint());
    }
    return null;
  }

  private @Nullable String caution(TrainingRecord known, TimeSplit split) {
    PreparedData seen = known.dataFingerprint().equals(data.fingerprint()) ? data : trainedOn;
    if (seen == null) {
      return ("the model was trained on other data (%.12s); name it with --training-data to know"
              + " whether it ends before %d")
          .formatted(known.dataFingerprint(), split.splitSeconds());
    }
    long newest = newestTrained(seen.log(), known.holdOut() == null ? 0 : known.holdOut());
    if (newest >= split.splitSeconds()) {
      throw new SeenTargetsException(
          ("the model was trained on events up to %d, so it has seen what is to be found from %d on;"
                  + " train on what `hstu import --until %2$d` gives")
              .formatted(newest, split.splitSeconds()));
    }
    return null;
  }

  private static long newestTrained(InteractionLog log, int holdOut) {
    long newest = Long.MIN_VALUE;
    for (int u = 0; u < log.users(); u++) {
      int trained = log.length(u) - holdOut;
      if (trained > 0) {
        newest = Math.max(newest, log.times()[log.start(u) + trained - 1]);
      }
    }
    return newest;
  }
}
