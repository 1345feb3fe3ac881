package dev.hstu.benchmarks;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `hstu bench`: measurements, never run by tests. Results that are quoted go to
/// `benchmarks/RESULTS.md` with command, machine and commit.
@Command(
    name = "bench",
    description = "Measures encoding, search and a running service.",
    mixinStandardHelpOptions = true,
    subcommands = {
      SearchCommand.class,
      FilterCommand.class,
      UpdatesCommand.class,
      SizeCommand.class,
      MicroCommand.class,
      LoadCommand.class,
      ServiceCommand.class,
      SteadyCommand.class,
      GpuCommand.class,
      ColdStartCommand.class
    })
final class BenchCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "say what to measure: bench search, bench filter, bench updates, bench size, bench micro,"
            + " bench load, bench service, bench steady, bench gpu");
  }
}
