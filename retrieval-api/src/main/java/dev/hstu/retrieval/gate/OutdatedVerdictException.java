package dev.hstu.retrieval.gate;

/// Another generation became current while one was judged, so the verdict compares with the wrong
/// one.
public final class OutdatedVerdictException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutdatedVerdictException(GateVerdict verdict, String current) {
    super(
        "generation %s was judged beside %s, and %s is current now; judge it again"
            .formatted(verdict.generation(), verdict.live(), current));
  }
}
