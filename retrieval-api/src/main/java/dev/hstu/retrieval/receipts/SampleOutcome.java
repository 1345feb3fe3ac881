package dev.hstu.retrieval.receipts;

import java.util.Locale;

/// What became of an answer that was put aside.
public enum SampleOutcome {
  /// It was answered again exactly and counts.
  MEASURED,
  /// Others took its place, or it theirs: more came than could be looked at.
  DROPPED,
  /// Its generation is no longer served.
  GENERATION_GONE,
  /// A set that its filter names was registered anew.
  SETS_CHANGED,
  /// Nothing could be returned, which says nothing of recall.
  EMPTY,
  /// The exact answer failed.
  FAILED;

  /// In reports and metrics.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
