package dev.hstu.retrieval.cli;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.retrieval.gate.GatedPublication;
import dev.hstu.retrieval.gate.GoldenUsers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `hstu publish`: judges a generation and makes it the current one. No server need run; one that
/// does swaps by itself.
@Command(
    name = "publish",
    mixinStandardHelpOptions = true,
    description = {
      "Judges a generation by every byte of it, its items and what golden users get from it, beside",
      "the current one, and makes it current. One that the gate blocks isn't published (exit 3)."
    })
public final class PublishCommand implements Callable<Integer> {

  @Parameters(paramLabel = "ID|latest", description = "The generation: its id, or `latest`.")
  private String choice;

  @Mixin private GenerationsFolder generations = new GenerationsFolder();

  @Mixin private GateOptions gate = new GateOptions();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Draw the golden users from this prepared data, not the generation's own.")
  private @Nullable Path data;

  @Option(
      names = "--engine",
      defaultValue = "djl",
      description = "Encodes the golden users' histories. Default: ${DEFAULT-VALUE}.")
  private Engine engine = Engine.DJL;

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    GenerationStore store = generations.store();
    ConsolePublication publication = new ConsolePublication(console, store, engine, gate);
    String id = GenerationChoice.resolve(store, choice);
    GatedPublication.Outcome outcome = publication.publish(id, goldenUsers());
    if (json) {
      console.printJson(publication.document(outcome));
    } else {
      publication.print(outcome);
    }
    return ConsolePublication.exitCode(outcome);
  }

  private @Nullable GoldenUsers goldenUsers() throws IOException {
    if (data == null) {
      return null;
    }
    try {
      return GoldenUsers.sample(
          PreparedData.open(data), GoldenUsers.DEFAULT_USERS, GoldenUsers.DEFAULT_SEED);
    } catch (DamagedFileException e) {
      throw new UserError(e.getMessage(), e);
    }
  }
}
