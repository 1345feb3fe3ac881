package dev.hstu.retrieval.cli;

import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.PublicationRefusedException;
import dev.hstu.kernels.storage.DirectoryLockedException;
import dev.hstu.retrieval.gate.Publications;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu rollback`: makes the generation current that was so before.
@Command(
    name = "rollback",
    mixinStandardHelpOptions = true,
    description = {
      "Checks that the generation published before the current one is whole and returns to it. The",
      "gate isn't asked; publications.log says who did so, when and why."
    })
public final class RollbackCommand implements Callable<Integer> {

  @Mixin private GenerationsFolder generations = new GenerationsFolder();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, for who reads publications.log. Default: none.")
  private @Nullable String reason;

  @Option(names = "--json", description = "Print one JSON document instead of a sentence.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    try {
      Publications.Return done = new Publications(generations.store()).rollBack(reason);
      print(console, done);
      return 0;
    } catch (PublicationRefusedException
        | DamagedGenerationException
        | DirectoryLockedException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private void print(Console console, Publications.Return done) {
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("current", done.current());
      document.put("left", done.left());
      document.put("logged", done.unlogged() == null);
      console.printJson(document);
    } else {
      console.print("returned to %s from %s".formatted(done.current(), done.left()));
    }
    if (done.unlogged() != null) {
      console.remark("hstu: publications.log doesn't say so: " + done.unlogged());
    }
  }
}
