package dev.hstu.retrieval.cli;

import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.generation.PublicationRefusedException;
import dev.hstu.kernels.storage.DirectoryLockedException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu rollback`: makes the generation current that was so before.
@Command(
    name = "rollback",
    mixinStandardHelpOptions = true,
    description = "Checks the generation published before the current one and returns to it.")
public final class RollbackCommand implements Callable<Integer> {

  @Mixin private GenerationsFolder generations = new GenerationsFolder();

  @Option(names = "--json", description = "Print one JSON document instead of a sentence.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    GenerationStore store = generations.store();
    try {
      String left = store.currentId().orElse("none");
      String current = store.rollback();
      print(console, current, left);
      return 0;
    } catch (PublicationRefusedException
        | DamagedGenerationException
        | DirectoryLockedException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private void print(Console console, String current, String left) {
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("current", current);
      document.put("left", left);
      console.printJson(document);
    } else {
      console.print("returned to %s from %s".formatted(current, left));
    }
  }
}
