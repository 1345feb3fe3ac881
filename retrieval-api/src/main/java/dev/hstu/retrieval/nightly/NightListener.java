package dev.hstu.retrieval.nightly;

/// Hears how a night goes. Called by one thread at a time; should return at once.
public interface NightListener {

  /// Hears nothing.
  NightListener NONE = new NightListener() {};

  /// A night begins or is gone on with.
  ///
  /// @param journal plan and steps done
  default void onNight(NightJournal journal) {}

  /// A step begins.
  default void onStep(NightStep step) {}

  /// So much of a step is done; called often.
  ///
  /// @param share 0..1
  /// @param secondsLeft of the whole night, by the plan and this step's pace
  /// @param note on the step, perhaps empty
  default void at(NightStep step, double share, double secondsLeft, String note) {}

  /// A step is done.
  default void onStepDone(FinishedStep step) {}
}
