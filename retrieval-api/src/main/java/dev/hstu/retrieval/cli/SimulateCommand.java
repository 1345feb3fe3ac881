package dev.hstu.retrieval.cli;

import dev.hstu.retrieval.data.SimulatedWorld;
import dev.hstu.retrieval.data.UnusableInputException;
import dev.hstu.retrieval.data.WorldSettings;
import dev.hstu.retrieval.data.WorldTruth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hstu simulate`: writes the log and the catalogue of a made-up world, and its truth beside.
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description = {
      "Makes an interaction log with known truth: drifting tastes, sessions, popularity, new items.",
      "Writes interactions.csv.gz, items.csv and truth.json. The same seed gives the same bytes."
    })
public final class SimulateCommand implements Callable<Integer> {

  @Option(names = "--out", required = true, description = "Folder to make.")
  private Path out;

  @Option(names = "--users", defaultValue = "3000", description = "Default: ${DEFAULT-VALUE}.")
  private int users;

  @Option(
      names = "--items",
      defaultValue = "2000",
      description = "At least 8 times --events-per-user. Default: ${DEFAULT-VALUE}.")
  private int items;

  @Option(
      names = "--events-per-user",
      defaultValue = "45",
      description =
          "The mean; a user has a third to three times as many. Default: ${DEFAULT-VALUE}.")
  private int eventsPerUser;

  @Option(names = "--seed", defaultValue = "42", description = "Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--overwrite", description = "Replace an existing folder.")
  private boolean overwrite;

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    WorldSettings settings = new WorldSettings(users, items, eventsPerUser, seed);
    SimulatedWorld world = SimulatedWorld.generate(settings);
    try {
      world.write(out, overwrite);
    } catch (UnusableInputException e) {
      throw new UserError(e.getMessage(), e);
    }
    if (json) {
      console.printJson(document(world));
    } else {
      print(console, world);
    }
    return 0;
  }

  private void print(Console console, SimulatedWorld world) {
    console.print(
        String.format(
            Locale.ROOT,
            "%s: %,d events of %,d users on %,d items in %d topics, seed %d",
            out,
            world.events(),
            users,
            items,
            world.settings().topics(),
            seed));
    WorldTruth truth = world.truth();
    int[] cutoffs = WorldTruth.cutoffs();
    Table table = new Table("HR@", "popularity", "planted truth");
    for (int i = 0; i < cutoffs.length; i++) {
      table.row(
          Integer.toString(cutoffs[i]), share(truth.popularity()[i]), share(truth.oracle()[i]));
    }
    console.print(table);
    console.print("(each user's last event; all unseen items ranked)");
  }

  private Map<String, Object> document(SimulatedWorld world) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("out", out.toString());
    document.put("settings", world.settings());
    document.put("topics", world.settings().topics());
    document.put("events", world.events());
    document.put("cutoffs", WorldTruth.cutoffs());
    document.put("popularity_hr", world.truth().popularity());
    document.put("oracle_hr", world.truth().oracle());
    return document;
  }

  private static String share(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
