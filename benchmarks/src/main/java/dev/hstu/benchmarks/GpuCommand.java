package dev.hstu.benchmarks;

import dev.hstu.benchmarks.gpu.GpuFigures;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.retrieval.cli.UserError;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `hstu bench gpu`: [GpuFigures].
@Command(
    name = "gpu",
    description = "Times the engine cuda from Java on the first GPU, and checks for leaks.",
    mixinStandardHelpOptions = true)
final class GpuCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try {
      return GpuFigures.run(line -> spec.commandLine().getOut().println(line)) ? 0 : 1;
    } catch (EngineUnavailableException e) {
      throw new UserError(e.getMessage(), e);
    }
  }
}
