package dev.hstu.retrieval.cli;

import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.index.filter.InvalidFilterException;
import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.explain.Explanation;
import dev.hstu.retrieval.explain.Verdict;
import dev.hstu.retrieval.http.ExplainQuestion;
import dev.hstu.retrieval.http.ExplainResponse;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu explain`: why an item is returned for a history, or why not, without a server.
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {
      "Says why a generation returns an item for a history, or why not: what POST /explain of a",
      "service says, from the generations folder alone."
    })
public final class ExplainCommand implements Callable<Integer> {

  private static final String STANDARD_INPUT = "-";

  /// Largest request read: that of a service.
  private static final int MAX_REQUEST_BYTES = 64 << 20;

  @Mixin private GenerationsFolder generations = new GenerationsFolder();

  @Option(
      names = "--generation",
      paramLabel = "ID",
      defaultValue = "current",
      description = "Its id, 'current' or 'latest'. Default: ${DEFAULT-VALUE}.")
  private String generation = "current";

  @Option(
      names = "--request",
      paramLabel = "FILE",
      defaultValue = STANDARD_INPUT,
      description = "The body of a POST /retrieve or /explain, '-' for standard input. Default: -.")
  private String request = STANDARD_INPUT;

  @Option(
      names = "--item",
      paramLabel = "ID",
      description = "The item asked about; may stand in the request as itemId.")
  private @Nullable String item;

  @Option(
      names = "--engine",
      defaultValue = "djl",
      description =
          "reference, djl or cuda (see hstu engines): what the service encodes with. Default: ${DEFAULT-VALUE}.")
  private String engine = "djl";

  @Option(
      names = "--max-events",
      paramLabel = "N",
      description = "Newest events whose contribution is computed. Default: as a service, 64.")
  private @Nullable Integer maxEvents;

  @Option(
      names = "--without-updates",
      description =
          "As built, without the updates of items since: what a service with updates.enabled=false serves.")
  private boolean withoutUpdates;

  @Option(names = "--json", description = "Print the JSON document that POST /explain answers.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (maxEvents != null && maxEvents < 1) {
      throw new UserError("--max-events %d must be at least 1".formatted(maxEvents));
    }
    Console console = Console.system(json);
    ServiceConfiguration defaults = ServiceConfiguration.of(List.of());
    byte[] body = body();
    GenerationStore store = generations.store();
    try (ExplainedGeneration opened =
        ExplainedGeneration.open(
            store,
            GenerationChoice.resolve(store, generation),
            EngineChoice.of(Engine.parse(engine)),
            defaults.retrieval(),
            !withoutUpdates,
            maxEvents == null ? defaults.explain().maxEvents() : maxEvents)) {
      ExplainQuestion question =
          ExplainQuestion.read(
              body, defaults, opened.model().model().clock(), InstantSource.system());
      Explanation explanation =
          opened.explainer().explain(question.query(), itemOf(question), new RetrievalBuffers());
      if (json) {
        console.printJson(
            ExplainResponse.of(
                opened.generation().id(), opened.engine(), question.query(), explanation));
      } else {
        print(console, explanation);
      }
      return 0;
    } catch (InvalidFilterException e) {
      throw new UserError("/filter%s: %s".formatted(e.pointer(), e.getMessage()), e);
    } catch (DamagedGenerationException | EngineUnavailableException | IllegalArgumentException e) {
      throw new UserError(String.valueOf(e.getMessage()), e);
    }
  }

  private byte[] body() throws IOException {
    byte[] body;
    if (request.equals(STANDARD_INPUT)) {
      body = System.in.readNBytes(MAX_REQUEST_BYTES);
    } else {
      try {
        body = Files.readAllBytes(Path.of(request));
      } catch (NoSuchFileException e) {
        throw new UserError("there is no file '%s'; name one with --request".formatted(request), e);
      }
    }
    return body;
  }

  private String itemOf(ExplainQuestion question) {
    if (item != null) {
      return item;
    }
    if (question.itemId() == null) {
      throw new UserError("no item is named; add --item, or itemId to the request");
    }
    return question.itemId();
  }

  private static void print(Console console, Explanation explanation) {
    console.print("item %s: %s".formatted(explanation.itemId(), explanation.verdict().sentence()));
    for (Verdict besides : explanation.besides()) {
      console.print("  besides: " + besides.sentence());
    }
    if (explanation.score() == null) {
      return;
    }
    console.print("score %s".formatted(number(explanation.score())));
    console.print("");
    Table contributions = new Table("event", "at", "contribution");
    explanation
        .contributions()
        .forEach(
            one ->
                contributions.row(
                    one.itemId(),
                    Long.toString(one.timestamp()),
                    one.contribution() == null ? "all" : number(one.contribution())));
    console.print(contributions);
    if (explanation.eventsNotTried() > 0) {
      console.print(
          "%d older events were encoded too and not tried; --max-events tries more"
              .formatted(explanation.eventsNotTried()));
    }
    console.print("");
    Table closest = new Table("closest in the history", "last at", "cosine");
    explanation
        .closest()
        .forEach(
            one -> closest.row(one.itemId(), Long.toString(one.timestamp()), number(one.cosine())));
    console.print(closest);
  }

  private static String number(float value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
