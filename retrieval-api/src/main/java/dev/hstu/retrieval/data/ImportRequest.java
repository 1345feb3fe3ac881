package dev.hstu.retrieval.data;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What to import, and where to.
///
/// @param interactions log files, read in this order; all with the same kind of columns
/// @param catalogue items with attributes, or null; all of its items are kept, rated or not
/// @param out the prepared-data folder to make
/// @param rules how to understand the files
/// @param maxBadShare 0..1: the import stops when a larger share of the rows is bad
/// @param dropRepeats whether only a user's first event with an item is kept
/// @param overwrite whether an existing `out` is replaced
/// @param untilSeconds the first second whose events are left out, for a time split; [#NO_END]
///     takes all
/// @param series slow series of the users, by name
public record ImportRequest(
    List<Path> interactions,
    @Nullable Path catalogue,
    Path out,
    ReadingRules rules,
    double maxBadShare,
    boolean dropRepeats,
    boolean overwrite,
    long untilSeconds,
    List<SeriesSource> series) {

  /// Later than any event.
  public static final long NO_END = Long.MAX_VALUE;

  /// One row in a hundred: more is a wrong format or column, not noise.
  public static final double DEFAULT_MAX_BAD_SHARE = 0.01;

  public ImportRequest {
    interactions = List.copyOf(interactions);
    series = List.copyOf(series);
    if (interactions.isEmpty()) {
      throw new UnusableInputException("no interaction file is named; give --interactions FILE");
    }
    if (!(maxBadShare >= 0 && maxBadShare <= 1)) {
      throw new UnusableInputException(
          "max-bad-share=%s must be within 0..1; set --max-bad-share".formatted(maxBadShare));
    }
  }

  /// Events of all times, everything found out, the default bound on bad rows, nothing dropped or
  /// replaced.
  public static ImportRequest of(List<Path> interactions, @Nullable Path catalogue, Path out) {
    return new ImportRequest(
        interactions,
        catalogue,
        out,
        ReadingRules.DETECTED,
        DEFAULT_MAX_BAD_SHARE,
        false,
        false,
        NO_END,
        List.of());
  }

  /// Of one file.
  public static ImportRequest of(Path interactions, @Nullable Path catalogue, Path out) {
    return of(List.of(interactions), catalogue, out);
  }

  /// The same with other rules.
  public ImportRequest withRules(ReadingRules other) {
    return new ImportRequest(
        interactions,
        catalogue,
        out,
        other,
        maxBadShare,
        dropRepeats,
        overwrite,
        untilSeconds,
        series);
  }

  /// The same with another bound on bad rows.
  public ImportRequest withMaxBadShare(double share) {
    return new ImportRequest(
        interactions, catalogue, out, rules, share, dropRepeats, overwrite, untilSeconds, series);
  }

  /// The same; where `wanted`, only a user's first event with an item is kept.
  public ImportRequest withDropRepeats(boolean wanted) {
    return new ImportRequest(
        interactions, catalogue, out, rules, maxBadShare, wanted, overwrite, untilSeconds, series);
  }

  /// The same, in place of what there is.
  public ImportRequest overwriting() {
    return new ImportRequest(
        interactions, catalogue, out, rules, maxBadShare, dropRepeats, true, untilSeconds, series);
  }

  /// The same up to a time.
  public ImportRequest withUntil(long seconds) {
    return new ImportRequest(
        interactions, catalogue, out, rules, maxBadShare, dropRepeats, overwrite, seconds, series);
  }

  /// The same with series of the users.
  public ImportRequest withSeries(List<SeriesSource> sources) {
    return new ImportRequest(
        interactions,
        catalogue,
        out,
        rules,
        maxBadShare,
        dropRepeats,
        overwrite,
        untilSeconds,
        sources);
  }
}
