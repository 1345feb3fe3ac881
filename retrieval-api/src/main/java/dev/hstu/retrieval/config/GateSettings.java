package dev.hstu.retrieval.config;

import java.util.List;

/// What the publish gate asks of a generation before it may serve; `gate.*`. "Live" is the
/// generation that is current while another one is judged. Shares and rates are within 0..1.
///
/// @param minGoldenUsers fewer golden users say nothing, and what is asked of them is left out
/// @param maxHitRateDrop share of the live generation's HR@100 and HR@500 that may be lost
/// @param minPopularityRatio least HR@100 over that of the most popular items
/// @param minOverlap least share of common results where both generations have the same model
/// @param minRetrainedOverlap the same, corrected for chance, where the model was trained anew
/// @param minRecall least recall@100 and @500 of the index against the exact ranking
/// @param minCoverage least share of the items that golden users could see which they do see
/// @param minCoverageOfLive least coverage over that of the live generation
/// @param maxLostItems share of the live generation's items that may be missing
/// @param minKnownItems least share of the golden users' events whose item is in the catalogue
/// @param minPopularityCorrelation least correlation of the items' popularity with the live one's
/// @param maxPopularityShift most that results may move up or down the ranks of popularity
/// @param maxNormDrift most that the mean norm of the item embeddings may grow or shrink, as a
///     factor
/// @param maxForeignVectors share of the items whose vector may be another than the model's
/// @param maxUnreachableItems share of the items that no search may be able to find
/// @param maxChangedAttributes share of the items whose value in one column may have changed
/// @param maxClockAheadSeconds how far events may lie after the build, or the newest before the
///     live generation's
/// @param maxP99Millis most for the 99th percentile of a search for 500 items on this machine
/// @param maxCheckedItems items looked at one by one; of more, so many spread evenly
public record GateSettings(
    int minGoldenUsers,
    double maxHitRateDrop,
    double minPopularityRatio,
    double minOverlap,
    double minRetrainedOverlap,
    double minRecall,
    double minCoverage,
    double minCoverageOfLive,
    double maxLostItems,
    double minKnownItems,
    double minPopularityCorrelation,
    double maxPopularityShift,
    double maxNormDrift,
    double maxForeignVectors,
    double maxUnreachableItems,
    double maxChangedAttributes,
    int maxClockAheadSeconds,
    int maxP99Millis,
    int maxCheckedItems) {

  static final Setting<Integer> MIN_GOLDEN_USERS =
      Setting.integer(
          "gate.min-golden-users",
          100,
          1,
          10_000,
          "Fewer golden users leave a hit rate uncertain by more than .1; it is then not judged.");
  static final Setting<Double> MAX_HIT_RATE_DROP =
      Setting.decimal(
          "gate.max-hit-rate-drop",
          0.1,
          0,
          1,
          "Share of the live generation's HR@100 and HR@500 that may be lost, beyond two standard"
              + " errors: retraining with another seed moves it by a few hundredths.");
  static final Setting<Double> MIN_POPULARITY_RATIO =
      Setting.decimal(
          "gate.min-popularity-ratio",
          0.9,
          0,
          100,
          "Least HR@100 over that of the most popular items, beyond two standard errors: a model"
              + " that knows less than popularity is broken.");
  static final Setting<Double> MIN_OVERLAP =
      Setting.decimal(
          "gate.min-overlap",
          0.8,
          0,
          1,
          "Least share of common results @100 where both generations have the same model: only"
              + " items come and go.");
  static final Setting<Double> MIN_RETRAINED_OVERLAP =
      Setting.decimal(
          "gate.min-retrained-overlap",
          0.05,
          0,
          1,
          "The same, corrected for chance, where the model was trained anew: unrelated lists"
              + " have 0.");
  static final Setting<Double> MIN_RECALL =
      Setting.decimal(
          "gate.min-recall",
          0.9,
          0,
          1,
          "Least recall@100 and @500 of the index against the exact ranking: below the .95 that"
              + " indexes aim at, above what an index over other vectors gets.");
  static final Setting<Double> MIN_COVERAGE =
      Setting.decimal(
          "gate.min-coverage",
          0.02,
          0,
          1,
          "Least share of the items that golden users could see which they do see @100: a model"
              + " that shows everybody the same has next to none.");
  static final Setting<Double> MIN_COVERAGE_OF_LIVE =
      Setting.decimal(
          "gate.min-coverage-of-live",
          0.5,
          0,
          10,
          "Least coverage over the live generation's, so that half the shelf doesn't vanish"
              + " overnight.");
  static final Setting<Double> MAX_LOST_ITEMS =
      Setting.decimal(
          "gate.max-lost-items",
          0.1,
          0,
          1,
          "Share of the live generation's items that may be missing: more than a day's churn.");
  static final Setting<Double> MIN_KNOWN_ITEMS =
      Setting.decimal(
          "gate.min-known-items",
          0.8,
          0,
          1,
          "Least share of the golden users' events whose item is in the catalogue; the rest came"
              + " after the model or left.");
  static final Setting<Double> MIN_POPULARITY_CORRELATION =
      Setting.decimal(
          "gate.min-popularity-correlation",
          0.5,
          -1,
          1,
          "Least correlation of the logarithms of the items' popularity with the live generation's:"
              + " a day added to a log moves it by hundredths, another order of the items makes it"
              + " 0.");
  static final Setting<Double> MAX_POPULARITY_SHIFT =
      Setting.decimal(
          "gate.max-popularity-shift",
          0.25,
          0,
          1,
          "Most that the results @100 may move on average up or down the ranks of popularity,"
              + " 1 being the whole catalogue.");
  static final Setting<Double> MAX_NORM_DRIFT =
      Setting.decimal(
          "gate.max-norm-drift",
          3.0,
          1,
          1000,
          "Most that the mean norm of the model's item embeddings may grow or shrink against the"
              + " live model of the same shape, as a factor: beyond it training diverges.");
  static final Setting<Double> MAX_FOREIGN_VECTORS =
      Setting.decimal(
          "gate.max-foreign-vectors",
          0.01,
          0,
          1,
          "Share of the items whose vector may be another than the model's own: room for those that"
              + " were updated by hand.");
  static final Setting<Double> MAX_UNREACHABLE_ITEMS =
      Setting.decimal(
          "gate.max-unreachable-items",
          0.001,
          0,
          1,
          "Share of the items that no search may be able to find: builds mend what their census"
              + " finds, and those of earlier releases left a few of a graph.");
  static final Setting<Double> MAX_CHANGED_ATTRIBUTES =
      Setting.decimal(
          "gate.max-changed-attributes",
          0.5,
          0,
          1,
          "Share of the items kept from the live generation whose value in one column may have"
              + " changed; texts and labels change seldom. Numbers, such as prices, are not asked.");
  static final Setting<Integer> MAX_CLOCK_AHEAD_SECONDS =
      Setting.integer(
          "gate.max-clock-ahead-seconds",
          3600,
          0,
          31_536_000,
          "How far events may lie after the build, or the newest before the live generation's:"
              + " clocks disagree by minutes, time zones by hours.");
  static final Setting<Integer> MAX_P99_MILLIS =
      Setting.integer(
          "gate.max-p99-millis",
          500,
          1,
          600_000,
          "Most for the 99th percentile of a search for 500 items, one thread, on the judging"
              + " machine: generous, since machines differ; a quarter of a request's deadline.");
  static final Setting<Integer> MAX_CHECKED_ITEMS =
      Setting.integer(
          "gate.max-checked-items",
          1_000_000,
          1_000,
          Integer.MAX_VALUE,
          "Items looked at one by one; of more, so many spread evenly: bounds the time of the"
              + " gate.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          MIN_GOLDEN_USERS,
          MAX_HIT_RATE_DROP,
          MIN_POPULARITY_RATIO,
          MIN_OVERLAP,
          MIN_RETRAINED_OVERLAP,
          MIN_RECALL,
          MIN_COVERAGE,
          MIN_COVERAGE_OF_LIVE,
          MAX_LOST_ITEMS,
          MIN_KNOWN_ITEMS,
          MIN_POPULARITY_CORRELATION,
          MAX_POPULARITY_SHIFT,
          MAX_NORM_DRIFT,
          MAX_FOREIGN_VECTORS,
          MAX_UNREACHABLE_ITEMS,
          MAX_CHANGED_ATTRIBUTES,
          MAX_CLOCK_AHEAD_SECONDS,
          MAX_P99_MILLIS,
          MAX_CHECKED_ITEMS);

  /// The bounds that some sources give; keys of other concerns may stand beside them, so that the
  /// file of the service serves here too.
  ///
  /// @param sources the first that sets a key wins; none gives the defaults
  /// @throws InvalidSettingException at an unknown key or a value out of range
  public static GateSettings of(List<SettingSource> sources) {
    return ServiceConfiguration.of(sources).gate();
  }

  static GateSettings from(SettingValues values) {
    return new GateSettings(
        values.get(MIN_GOLDEN_USERS),
        values.get(MAX_HIT_RATE_DROP),
        values.get(MIN_POPULARITY_RATIO),
        values.get(MIN_OVERLAP),
        values.get(MIN_RETRAINED_OVERLAP),
        values.get(MIN_RECALL),
        values.get(MIN_COVERAGE),
        values.get(MIN_COVERAGE_OF_LIVE),
        values.get(MAX_LOST_ITEMS),
        values.get(MIN_KNOWN_ITEMS),
        values.get(MIN_POPULARITY_CORRELATION),
        values.get(MAX_POPULARITY_SHIFT),
        values.get(MAX_NORM_DRIFT),
        values.get(MAX_FOREIGN_VECTORS),
        values.get(MAX_UNREACHABLE_ITEMS),
        values.get(MAX_CHANGED_ATTRIBUTES),
        values.get(MAX_CLOCK_AHEAD_SECONDS),
        values.get(MAX_P99_MILLIS),
        values.get(MAX_CHECKED_ITEMS));
  }
}
