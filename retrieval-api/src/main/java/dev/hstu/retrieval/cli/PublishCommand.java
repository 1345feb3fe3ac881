package dev.hstu.retrieval.cli;

import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.storage.DirectoryLockedException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hstu publish`: makes a generation the current one. No server need run; one that does swaps by
/// itself.
@Command(
    name = "publish",
    mixinStandardHelpOptions = true,
    description = "Checks every byte of a generation and makes it the current one.")
public final class PublishCommand implements Callable<Integer> {

  @Parameters(paramLabel = "ID|latest", description = "The generation: its id, or `latest`.")
  private String choice;

  @Mixin private GenerationsFolder generations = new GenerationsFolder();

  @Option(names = "--json", description = "Print one JSON document instead of a sentence.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    GenerationStore store = generations.store();
    try {
      String id = GenerationChoice.resolve(store, choice);
      store.publish(id);
      print(console, store);
      return 0;
    } catch (DamagedGenerationException | DirectoryLockedException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private void print(Console console, GenerationStore store) throws IOException {
    String current = store.currentId().orElseThrow();
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("current", current);
      document.put("previous", store.previousId().orElse(null));
      console.printJson(document);
    } else {
      console.print(
          "published %s%s"
              .formatted(
                  current,
                  store
                      .previousId()
                      .map(id -> "; hstu rollback returns to " + id)
                      .orElse("; it is the first")));
    }
  }
}
