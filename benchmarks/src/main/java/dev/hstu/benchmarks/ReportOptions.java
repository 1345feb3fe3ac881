package dev.hstu.benchmarks;

import dev.hstu.retrieval.cli.Console;
import picocli.CommandLine.Option;

/// How every verb of `bench` tells what it measured.
final class ReportOptions {

  @Option(names = "--json", description = "the result as one JSON document")
  private boolean json;

  /// Where remarks and the result go; it says which form is wanted.
  Console console() {
    return Console.system(json);
  }
}
