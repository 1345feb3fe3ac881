package dev.hstu.retrieval.nightly;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// How long steps will take: as long as the last time, by the bytes of the log (and, for training,
/// the epochs). A first night goes by usual rates, which are only good for an order of magnitude.
final class Forecast {

  private final List<NightJournal> journals;
  private final long sourceBytes;

  /// @param journals of earlier nights, the youngest first
  /// @param sourceBytes of the night to come
  Forecast(List<NightJournal> journals, long sourceBytes) {
    this.journals = journals;
    this.sourceBytes = sourceBytes;
  }

  /// Seconds of each step.
  SortedMap<NightStep, Double> seconds(int epochs) {
    SortedMap<NightStep, Double> seconds = new TreeMap<>();
    for (NightStep step : NightStep.values()) {
      double units = step == NightStep.TRAIN ? (double) sourceBytes * epochs : sourceBytes;
      seconds.put(step, secondsAByte(step).orElseGet(() -> usual(step)) * units);
    }
    return seconds;
  }

  /// Epochs that fit into some minutes, at least one; all of them where nothing is known.
  int epochsWithin(int minutes, int epochs) {
    Optional<Double> pace = secondsAByte(NightStep.TRAIN);
    if (minutes == 0 || pace.isEmpty()) {
      return epochs;
    }
    double anEpoch = Math.max(1e-6, pace.get() * sourceBytes);
    return (int) Math.clamp(60.0 * minutes / anEpoch, 1, epochs);
  }

  /// The last measure of a step's seconds for every byte of the log, and every epoch of a training.
  private Optional<Double> secondsAByte(NightStep step) {
    for (NightJournal journal : journals) {
      Optional<FinishedStep> done = journal.finished(step);
      double units = journal.plan().sourceBytes();
      if (step == NightStep.TRAIN && done.isPresent()) {
        units *= done.get().figure(TrainWork.EPOCHS);
      }
      if (done.isPresent() && units > 0) {
        return Optional.of(done.get().seconds() / units);
      }
    }
    return Optional.empty();
  }

  /// Seconds for every byte of a plain log, from a night on MovieLens-100K with two busy cores;
  /// training as with a preset some times larger than `small`.
  private static double usual(NightStep step) {
    return switch (step) {
      case IMPORT -> 5e-7;
      case TRAIN -> 4e-6;
      case EMBED -> 5e-8;
      case BUILD -> 4e-6;
      case GATE -> 1e-6;
      case PUBLISH, PRUNE -> 1e-7;
    };
  }
}
