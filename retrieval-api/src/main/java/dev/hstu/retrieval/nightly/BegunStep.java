package dev.hstu.retrieval.nightly;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// A step under way.
///
/// @param startedAt UTC; of its first run
/// @param decisions numbers decided at its beginning that its outcome depends on, by name; copied
/// @param breaks how often it broke off with an error (a kill is none)
public record BegunStep(
    NightStep step, String startedAt, SortedMap<String, Long> decisions, int breaks) {

  public BegunStep {
    decisions = Collections.unmodifiableSortedMap(new TreeMap<>(decisions));
  }
}
