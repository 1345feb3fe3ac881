package dev.hstu.retrieval.gate;

import java.util.List;
import java.util.Locale;

/// One question to a generation that could be opened. Without state; asked in the order of [#ALL].
sealed interface Check
    permits AttributeCheck,
        CataloguePopularityCheck,
        CensusCheck,
        ClockCheck,
        CoverageCheck,
        HitRateCheck,
        IdWidthCheck,
        IndexContentCheck,
        KnownItemsCheck,
        LatencyCheck,
        LostItemsCheck,
        ModelVectorCheck,
        NormDriftCheck,
        OverlapCheck,
        PopularityHitRateCheck,
        RecallCheck,
        ResultPopularityCheck,
        UnitNormCheck,
        VocabularyCheck,
        ZeroVectorCheck {

  /// All of them: the items first, then what users get.
  List<Check> ALL =
      List.of(
          new UnitNormCheck(),
          new ZeroVectorCheck(),
          new ModelVectorCheck(),
          new IndexContentCheck(),
          new CensusCheck(),
          new VocabularyCheck(),
          new LostItemsCheck(),
          new IdWidthCheck(),
          new AttributeCheck(),
          new CataloguePopularityCheck(),
          new NormDriftCheck(),
          new ClockCheck(),
          new KnownItemsCheck(),
          new HitRateCheck(100),
          new HitRateCheck(500),
          new PopularityHitRateCheck(),
          new OverlapCheck(),
          new RecallCheck(100),
          new RecallCheck(500),
          new CoverageCheck(),
          new ResultPopularityCheck(),
          new LatencyCheck());

  /// Answers the question.
  CheckResult judge(Evidence evidence);

  /// A rate or share as tables show it.
  static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /// `at least X (KEY)`.
  static String atLeast(double bound, String key) {
    return "at least %s (%s)".formatted(number(bound), key);
  }

  /// `at most X (KEY)`.
  static String atMost(double bound, String key) {
    return "at most %s (%s)".formatted(number(bound), key);
  }

  /// Why a comparison with the live generation was left out.
  static CheckResult.Skipped withoutLive(String check) {
    return new CheckResult.Skipped(check, "there is no live generation to compare with");
  }

  /// Why golden users were not asked.
  static CheckResult.Skipped withoutAnswers(String check) {
    return new CheckResult.Skipped(check, "there are too few golden users to ask");
  }
}
