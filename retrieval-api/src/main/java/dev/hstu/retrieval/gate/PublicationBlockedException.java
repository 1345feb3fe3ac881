package dev.hstu.retrieval.gate;

/// A generation was to be published that the gate blocks, without a reason to force it.
public final class PublicationBlockedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PublicationBlockedException(GateVerdict verdict) {
    super(verdict.summary() + "; mend it, or publish with --force and a reason");
  }
}
