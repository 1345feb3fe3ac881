package dev.hstu.retrieval.config;

import dev.hstu.index.search.SearchOptions;
import dev.hstu.retrieval.admission.QualityLadder;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.admission.StepParameters;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// How answers get cheaper while there is too much load, and what each step is; `ladder.*`.
///
/// @param steps that may be taken besides full answers, ascending
/// @param targetWaitMillis wait for a worker, or for an encoder, that is still good
/// @param calmMillis without waits before a step back
/// @param parameters what they are
public record LadderSettings(
    List<QualityStep> steps, int targetWaitMillis, int calmMillis, StepParameters parameters) {

  /// Of waits gathered for one decision.
  private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final List<QualityStep> ALL =
      Arrays.stream(QualityStep.values()).filter(step -> step != QualityStep.FULL).toList();

  static final Setting<List<String>> STEPS =
      Setting.anyOf(
          "ladder.steps",
          ALL.stream().map(QualityStep::label).toList(),
          ALL.stream().map(QualityStep::label).toList(),
          "How answers may get cheaper while there is too much load, one step after another, each"
              + " marked in the answer (quality); none turns it off, and too much load is only"
              + " refused.");
  static final Setting<Integer> TARGET_WAIT_MILLIS =
      Setting.integer(
          "ladder.target-wait-millis",
          20,
          1,
          60_000,
          "A queue in which every request of 100 ms waits longer than this for a worker, or for an"
              + " encoder beyond encoder.batch-wait-micros, is reason for the next step.");
  static final Setting<Integer> CALM_MILLIS =
      Setting.integer(
          "ladder.calm-millis",
          1000,
          100,
          600_000,
          "Without waits above half the target before a step back; twice that, and so on up to 32"
              + " times, after one that was soon taken back.");
  static final Setting<Integer> SEARCH_BEAM =
      Setting.integer(
          "ladder.search-beam",
          StepParameters.DEFAULT.searchBeam(),
          1,
          SearchOptions.MAX_BEAM,
          "Step smaller-search: items a graph search keeps track of, never fewer than k, in place"
              + " of retrieval.search-beam.");
  static final Setting<Double> SEARCH_RECALL =
      Setting.decimal(
          "ladder.search-recall",
          StepParameters.DEFAULT.searchRecall(),
          0.01,
          1,
          "Step smaller-search: share of the true top k that a search in partitions aims at, in"
              + " place of retrieval.search-recall.");
  static final Setting<Integer> HISTORY_EVENTS =
      Setting.integer(
          "ladder.history-events",
          StepParameters.DEFAULT.historyEvents(),
          1,
          100_000,
          "Step shorter-history: newest events that are encoded; an encoder's work grows faster"
              + " than their number.");
  static final Setting<Integer> GRACE_SECONDS =
      Setting.integer(
          "ladder.grace-seconds",
          StepParameters.DEFAULT.graceSeconds(),
          0,
          86_400,
          "Step stale-embedding: how long past its expiry a kept user embedding still answers, for"
              + " the same events. Keeps entries so much longer. Single answers take this step at any"
              + " other too, while users wait for an encoder longer than a quarter of"
              + " ladder.target-wait-millis, or for a worker longer than that.");

  /// What a build measures the costs of steps with.
  static final List<Setting<?>> PARAMETERS =
      List.of(SEARCH_BEAM, SEARCH_RECALL, HISTORY_EVENTS, GRACE_SECONDS);

  static final List<Setting<?>> SETTINGS =
      List.of(
          STEPS,
          TARGET_WAIT_MILLIS,
          CALM_MILLIS,
          SEARCH_BEAM,
          SEARCH_RECALL,
          HISTORY_EVENTS,
          GRACE_SECONDS);

  public LadderSettings {
    steps = List.copyOf(steps);
  }

  static LadderSettings from(SettingValues values) {
    List<String> labels = values.get(STEPS);
    return new LadderSettings(
        ALL.stream().filter(step -> labels.contains(step.label())).toList(),
        values.get(TARGET_WAIT_MILLIS),
        values.get(CALM_MILLIS),
        parameters(values));
  }

  static StepParameters parameters(SettingValues values) {
    return new StepParameters(
        values.get(SEARCH_BEAM),
        values.get(SEARCH_RECALL),
        values.get(HISTORY_EVENTS),
        values.get(GRACE_SECONDS));
  }

  /// The ladder that some sources give; keys of other concerns may stand beside it, so that the
  /// file of the service serves here too.
  ///
  /// @param sources the first that sets a key wins; none gives the defaults
  /// @throws InvalidSettingException at an unknown key or a value out of range
  public static LadderSettings of(List<SettingSource> sources) {
    return ServiceConfiguration.of(sources).ladder();
  }

  /// As without any source.
  public static LadderSettings defaults() {
    return from(new SettingValues(List.of(), "CONFIGURATION.md"));
  }

  /// The ladder of workers that share one queue.
  public QualityLadder ladder(int workers) {
    return new QualityLadder(
        new QualityLadder.Rules(
            steps,
            workers,
            TimeUnit.MILLISECONDS.toNanos(targetWaitMillis),
            WINDOW_NANOS,
            TimeUnit.MILLISECONDS.toNanos(calmMillis)));
  }

  /// For how long past its end an embedding is kept.
  public int keptGraceSeconds() {
    return steps.contains(QualityStep.STALE_EMBEDDING) ? parameters.graceSeconds() : 0;
  }
}
