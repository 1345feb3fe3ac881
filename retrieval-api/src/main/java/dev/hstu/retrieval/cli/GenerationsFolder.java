package dev.hstu.retrieval.cli;

import dev.hstu.index.generation.GenerationStore;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The option that says where the generations are, the same for every verb.
final class GenerationsFolder {

  @Option(
      names = "--generations",
      paramLabel = "DIR",
      defaultValue = "generations",
      description = "Folder of the generations. Default: ${DEFAULT-VALUE}.")
  private Path folder = Path.of("generations");

  GenerationStore store() {
    return GenerationStore.at(folder);
  }
}
