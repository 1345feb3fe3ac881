package dev.hstu.retrieval.cli;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.EngineStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hstu engines`: which engines can run on this machine, and why the others can't.
@Command(
    name = "engines",
    mixinStandardHelpOptions = true,
    description = "Lists the engines a model can run on, and why those that can't here don't.")
public final class EnginesCommand implements Callable<Integer> {

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() {
    Console console = Console.system(json);
    List<EngineStatus> engines = Encoder.engines();
    if (json) {
      console.printJson(engines.stream().map(EnginesCommand::document).toList());
    } else {
      Table table = new Table("engine", "available", "description");
      for (EngineStatus status : engines) {
        table.row(status.engine().id(), status.available() ? "yes" : "no", status.description());
      }
      console.print(table);
    }
    return 0;
  }

  private static Map<String, Object> document(EngineStatus status) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("engine", status.engine().id());
    document.put("available", status.available());
    document.put("description", status.description());
    return document;
  }
}
