package dev.hstu.retrieval.evaluate;

/// The model was trained on the very events it is asked to find.
public final class SeenTargetsException extends RuntimeException {

  SeenTargetsException(TrainingRecord training, LeaveOneOut.Target target) {
    super(
        ("the model was trained with --hold-out %d on this data, so it has seen the targets; train "
                + "with --hold-out %d to measure it")
            .formatted(training.holdOut(), target.eventsHeldOut()));
  }
}
