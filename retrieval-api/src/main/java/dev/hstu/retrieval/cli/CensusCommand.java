package dev.hstu.retrieval.cli;

import dev.hstu.index.census.Census;
import dev.hstu.index.census.CensusReport;
import dev.hstu.index.census.OwnVectorProbe;
import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.Generation;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.index.search.SearchOptions;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu census`: whether every item of a generation can be found.
@Command(
    name = "census",
    mixinStandardHelpOptions = true,
    description = {
      "Counts the items that no search comes to through a generation's index.",
      "Exit code 1 when there are any. Builds repair what they find, so there should be none."
    })
public final class CensusCommand implements Callable<Integer> {

  /// Ids listed: enough to see which they are.
  private static final int MAX_LISTED = 100;

  @Mixin private GenerationsFolder generations = new GenerationsFolder();

  @Option(
      names = "--generation",
      paramLabel = "ID",
      defaultValue = "current",
      description = "Its id, 'current' or 'latest'. Default: ${DEFAULT-VALUE}.")
  private String generation = "current";

  @Option(
      names = "--probe",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Also ask for N items by their own vectors, as the generation is served. Default: 0.")
  private int probe;

  @Option(
      names = "--k",
      defaultValue = "100",
      description = "Candidates to look among with --probe. Default: ${DEFAULT-VALUE}.")
  private int k;

  @Option(names = "--json", description = "Print one JSON document instead of sentences.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (probe < 0) {
      throw new UserError("--probe %d must be at least 0".formatted(probe));
    }
    Console console = Console.system(json);
    GenerationStore store = generations.store();
    try (Generation opened = store.open(GenerationChoice.resolve(store, generation))) {
      CensusReport report = Census.of(opened);
      List<String> ids =
          IntStream.of(report.unreachable())
              .limit(MAX_LISTED)
              .mapToObj(row -> opened.ids().idAt(row))
              .toList();
      if (json) {
        console.printJson(document(opened, report, ids));
      } else {
        console.print("%s: %s".formatted(opened.id(), report.describe()));
        ids.forEach(id -> console.print("unreachable: " + id));
        if (probe > 0) {
          OwnVectorProbe found = probe(opened);
          console.print(
              "%d of %d items are among the %d nearest to their own vector"
                  .formatted(found.found(), found.asked(), found.k()));
        }
      }
      return report.isClean() ? 0 : 1;
    } catch (DamagedGenerationException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private Map<String, Object> document(Generation opened, CensusReport report, List<String> ids) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("generation", opened.id());
    document.put("clean", report.isClean());
    document.put("items", report.items());
    document.put("unreachable", report.unreachable().length);
    document.put("unreachable_ids", ids);
    document.put("returnable", report.returnable());
    document.put("misplaced", report.misplaced());
    if (probe > 0) {
      document.put("probe", probe(opened));
    }
    return document;
  }

  private OwnVectorProbe probe(Generation opened) {
    SearchOptions options = opened.searchOptions();
    return OwnVectorProbe.run(opened.index(), opened.vectors(), k, options, probe, 1);
  }
}
