package dev.hstu.retrieval.nightly;

import java.util.Locale;

/// The steps of a night, in their order.
public enum NightStep {
  /// Interaction files and the catalogue become prepared data.
  IMPORT,
  /// The model of the night before is trained on, or a first one is trained.
  TRAIN,
  /// Every item's vector.
  EMBED,
  /// Model, vectors and catalogue become a generation.
  BUILD,
  /// Golden users and the generation's own items are looked at, beside yesterday's.
  GATE,
  /// The generation becomes the current one.
  PUBLISH,
  /// Old generations, data and models go.
  PRUNE;

  /// As reports and terminals name it.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
