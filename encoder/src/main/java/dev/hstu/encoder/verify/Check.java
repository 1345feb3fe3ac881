package dev.hstu.encoder.verify;

/// One line of a verification.
///
/// @param engine an engine's id, e.g. `reference`
/// @param precision a precision's id, e.g. `float64`
/// @param tensor the golden tensor compared, without the `expected.` before it, e.g. `layer3`,
///     `sequence`, `user`, `topk_ids`, `loss`, `grad._hstu…`
public record Check(String engine, String precision, String tensor, Outcome outcome) {

  public boolean failed() {
    return switch (outcome) {
      case Outcome.Measured measured -> !measured.passed();
      case Outcome.Skipped skipped -> false;
    };
  }
}
