package dev.hstu.retrieval.nightly;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A step that is done.
///
/// @param startedAt UTC; of the run that finished it
/// @param seconds of that run
/// @param inputs fingerprints of what went in, by name; copied
/// @param outputs fingerprints and names of what came out, by name; copied
/// @param figures counts and measures, by name; copied
/// @param remarks what a reader should know, one sentence each; copied
/// @param bytes by which work folder and generations have grown
public record FinishedStep(
    NightStep step,
    String startedAt,
    double seconds,
    SortedMap<String, String> inputs,
    SortedMap<String, String> outputs,
    SortedMap<String, Double> figures,
    List<String> remarks,
    long bytes) {

  public FinishedStep {
    inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
    outputs = Collections.unmodifiableSortedMap(new TreeMap<>(outputs));
    figures = Collections.unmodifiableSortedMap(new TreeMap<>(figures));
    remarks = List.copyOf(remarks);
  }

  /// A figure, 0 where there is none.
  public double figure(String name) {
    return figures.getOrDefault(name, 0.0);
  }

  /// An output.
  ///
  /// @throws IllegalStateException when the step has none of this name
  String output(String name) {
    String value = outputs.get(name);
    if (value == null) {
      throw new IllegalStateException(
          "step %s has no output '%s'; was the journal changed?".formatted(step.label(), name));
    }
    return value;
  }
}
