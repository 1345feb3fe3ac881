package dev.hstu.retrieval.tune;

import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.SearchDefaults;
import dev.hstu.index.tune.MeasuredIndex;
import dev.hstu.index.tune.SearchPoint;
import dev.hstu.index.tune.TunedOption;
import dev.hstu.index.tune.Tuning;
import dev.hstu.index.tune.TuningGoal;
import dev.hstu.index.tune.TuningSettings;
import dev.hstu.retrieval.report.PageInChromium;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The page of a tuning over every candidate there is, as a browser shows it.
final class TuningPageTest {

  @Test
  void everyCandidateIsDrawnNamedAndListed() throws Exception {
    PageInChromium.requireGood(TuningPage.render(tuning()), 1, 3);
  }

  private static Tuning tuning() {
    List<MeasuredIndex> samples = new ArrayList<>();
    List<TunedOption> options = new ArrayList<>();
    for (IndexSettings settings : TuningSettings.thorough(1).candidates()) {
      int number = samples.size();
      List<SearchPoint> points = new ArrayList<>();
      for (int effort = 0; effort < 5; effort++) {
        points.add(
            new SearchPoint(
                new SearchDefaults(100 + effort, .95),
                .55 + .1 * effort + .005 * number,
                .001,
                13 + 20 * number + 4 * effort,
                40 + 25 * number));
      }
      samples.add(new MeasuredIndex(settings, 50_000, 1.5, 20_000_000, 12_800_000, points));
      options.add(
          new TunedOption(
              settings,
              .97,
              .001,
              120 + number,
              400,
              3_500_000_000L,
              1_200_000_000L,
              61.5,
              number == 0 ? TunedOption.Outcome.CHOSEN : TunedOption.Outcome.MEETS_GOAL));
    }
    return new Tuning(
        new TuningGoal(.97, 500, 5, 8L << 30), 1_000_000, 64, 1_024, false, samples, options, 42);
  }
}
