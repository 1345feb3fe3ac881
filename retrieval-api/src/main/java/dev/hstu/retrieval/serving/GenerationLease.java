package dev.hstu.retrieval.serving;

/// A request's hold on a generation: what it gets stays open until the lease is closed, whatever is
/// published meanwhile. Close it exactly once, on any thread.
public final class GenerationLease implements AutoCloseable {

  private final LiveGeneration generation;

  GenerationLease(LiveGeneration generation) {
    this.generation = generation;
  }

  public LiveGeneration generation() {
    return generation;
  }

  @Override
  public void close() {
    generation.release();
  }
}
