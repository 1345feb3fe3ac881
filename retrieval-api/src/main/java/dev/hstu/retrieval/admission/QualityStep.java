package dev.hstu.retrieval.admission;

import java.util.Locale;

/// How well a request is answered, best first. Each step takes what those before it take and saves
/// something more ("brown-out", Klein et al., ICSE 2014: optional work is left out under load, and
/// the answer says so).
public enum QualityStep {
  /// As configured.
  FULL,
  /// The index is searched less: a narrower beam, or a lower goal of recall.
  SMALLER_SEARCH,
  /// The encoder sees the newest events only.
  SHORTER_HISTORY,
  /// A user embedding that is kept answers for a grace time past its expiry; where none is, as the
  /// step before. Taken for single requests at the steps before too, while encoders have no room
  /// ([EncoderWaits#hasRoom]).
  STALE_EMBEDDING,
  /// The popular items, and neither encoder nor index.
  POPULAR;

  /// Whether it leaves encoders less to do than full answers.
  boolean relievesEncoders() {
    return compareTo(SHORTER_HISTORY) >= 0;
  }

  /// 0 for full answers.
  public int number() {
    return ordinal();
  }

  /// As settings, answers and metrics name it, e.g. `smaller-search`.
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
