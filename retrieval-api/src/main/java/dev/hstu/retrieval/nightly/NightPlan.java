package dev.hstu.retrieval.nightly;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a night has decided before its first step, and holds to when it is resumed.
///
/// @param settings the configuration's decisive values, by key
/// @param previous the night gone on from, null for the first
/// @param trainings how many nights of the chain have trained before, which moves the seed
/// @param seed of this night's training
/// @param epochs of this night's training
/// @param sources interaction files in the order they are read: those of the previous night first,
///     as they are now, then new ones by name; copied
/// @param catalogue the catalogue as it was copied, null without one
/// @param expectedSeconds of each step, from earlier nights or by usual rates; copied
public record NightPlan(
    SortedMap<String, String> settings,
    @Nullable String previous,
    int trainings,
    long seed,
    int epochs,
    List<SourceFile> sources,
    @Nullable SourceFile catalogue,
    SortedMap<NightStep, Double> expectedSeconds) {

  public NightPlan {
    settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    sources = List.copyOf(sources);
    expectedSeconds = Collections.unmodifiableSortedMap(new TreeMap<>(expectedSeconds));
  }

  /// Bytes of all interaction files, the measure of a night's work.
  long sourceBytes() {
    return SourceFile.bytes(sources);
  }
}
