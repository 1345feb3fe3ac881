package dev.hstu.benchmarks;

import dev.hstu.retrieval.VerbProvider;

/// Adds `bench` to the command line.
public final class BenchVerb implements VerbProvider {

  @Override
  public Object verb() {
    return new BenchCommand();
  }
}
