package dev.hstu.retrieval.cli;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.EngineStatus;
import dev.hstu.index.scan.ScanKernel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hstu engines`: which engines can run on this machine, and why the others can't; and what sweeps
/// the codes of indexes.
@Command(
    name = "engines",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the engines a model can run on, and why those that can't here don't.",
      "The row `scan` says what sweeps the int8 codes of indexes."
    })
public final class EnginesCommand implements Callable<Integer> {

  /// The row of what sweeps codes, beside those of the engines.
  private static final String SCAN = "scan";

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() {
    Console console = Console.system(json);
    List<EngineStatus> engines = Encoder.engines();
    if (json) {
      List<Map<String, Object>> documents = new ArrayList<>();
      for (EngineStatus status : engines) {
        documents.add(document(status.engine().id(), status.available(), status.description()));
      }
      documents.add(document(SCAN, true, ScanKernel.explanation()));
      console.printJson(documents);
    } else {
      Table table = new Table("engine", "available", "description");
      for (EngineStatus status : engines) {
        table.row(status.engine().id(), status.available() ? "yes" : "no", status.description());
      }
      table.row(SCAN, "yes", ScanKernel.explanation());
      console.print(table);
    }
    return 0;
  }

  private static Map<String, Object> document(
      String engine, boolean available, String description) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("engine", engine);
    document.put("available", available);
    document.put("description", description);
    return document;
  }
}
