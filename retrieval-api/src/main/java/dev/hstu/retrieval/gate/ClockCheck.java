package dev.hstu.retrieval.gate;

import dev.hstu.encoder.sequence.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/// The times of the data are those of the model's clock and of this world: the user embedding
/// depends on them. Times too late, a thousandfold off (milliseconds) or taken from another column
/// show in the newest event, which then lies after the build or before the live generation's; times
/// read in another zone show in the hours of the day at which users are active ([HourProfile]).
/// A shift into the past by less than the time since the live build shows only there, and not where
/// users are active at all hours alike.
record ClockCheck() implements Check {

  private static final String NAME = "clock";
  private static final String MEND =
      "look at the time column, its unit and its zone; import the data anew";

  @Override
  public CheckResult judge(Evidence evidence) {
    if (!evidence.hasGolden()) {
      return Check.withoutAnswers(NAME);
    }
    String model = evidence.candidate().model().clock().spec();
    String data = evidence.golden().clock();
    if (!model.equals(data)) {
      return new CheckResult.Blocked(
          NAME,
          data,
          model,
          "the golden users' times are of clock %s and the model's of %s".formatted(data, model),
          "train on and build from data of one clock");
    }
    if (!(Clock.parse(data) instanceof Clock.Wall)) {
      return new CheckResult.Passed(NAME, data, model, "times are an order only");
    }
    return wall(evidence);
  }

  private static CheckResult wall(Evidence evidence) {
    long newest = evidence.golden().newestEvent();
    long built = evidence.manifest().createdAt().getEpochSecond();
    long allowed = evidence.settings().maxClockAheadSeconds();
    if (newest > built + allowed) {
      return blocked(
          evidence,
          "the newest event, %s, lies %d s after the build"
              .formatted(time(newest), newest - built));
    }
    Optional<GoldenUsers> live = liveGolden(evidence);
    if (live.isPresent()) {
      long liveNewest = live.get().newestEvent();
      if (newest < liveNewest - allowed) {
        return blocked(
            evidence,
            "the newest event, %s, lies %d s before the live generation's"
                .formatted(time(newest), liveNewest - newest));
      }
      int hours = HourProfile.of(evidence.golden()).hoursAfter(HourProfile.of(live.get()));
      evidence.figure("hours-shifted", hours);
      if (hours != 0) {
        return blocked(
            evidence,
            "users are active at the live generation's hours of the day, %+d h".formatted(hours));
      }
    }
    return new CheckResult.Passed(
        NAME,
        time(newest),
        bound(evidence),
        "the newest event is as old as the build and the live generation let expect");
  }

  private static CheckResult blocked(Evidence evidence, String sentence) {
    return new CheckResult.Blocked(
        NAME, time(evidence.golden().newestEvent()), bound(evidence), sentence, MEND);
  }

  /// The users the live generation was built with, where it has them and their clock is the same.
  private static Optional<GoldenUsers> liveGolden(Evidence evidence) {
    return evidence.liveGolden().filter(users -> users.clock().equals(evidence.golden().clock()));
  }

  private static String bound(Evidence evidence) {
    return "within %d s (gate.max-clock-ahead-seconds) of build and live generation"
        .formatted(evidence.settings().maxClockAheadSeconds());
  }

  private static String time(long seconds) {
    try {
      return Instant.ofEpochSecond(seconds).toString();
    } catch (DateTimeException e) {
      return seconds + " s";
    }
  }
}
