package dev.hstu.retrieval.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.index.filter.InvalidFilterException;
import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.explain.Explanation;
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

/// `hstu explain`: why an item is returned for a history, or why not: by the files, without a
/// server, or by a running service.
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {
      "Says why a generation returns an item for a history, or why not: what POST /explain of a",
      "service says, from the generations folder alone. What a service stores of users only it can",
      "say: ask it with --url."
    })
public final class ExplainCommand implements Callable<Integer> {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String STANDARD_INPUT = "-";
  private static final String CURRENT = "current";

  /// Largest request read: that of a service.
  private static final int MAX_REQUEST_BYTES = 64 << 20;

  @Mixin private GenerationsFolder generations = new GenerationsFolder();

  @Option(
      names = "--generation",
      paramLabel = "ID",
      defaultValue = CURRENT,
      description = "Its id, 'current' or 'latest'. Default: ${DEFAULT-VALUE}.")
  private String generation = CURRENT;

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

  @Mixin private AskedService service = new AskedService();

  @Override
  public Integer call() throws IOException {
    if (maxEvents != null && maxEvents < 1) {
      throw new UserError("--max-events %d must be at least 1".formatted(maxEvents));
    }
    Console console = Console.system(json);
    ExplainResponse answer = service.isNamed() ? asked() : computed(console);
    if (json) {
      console.printJson(answer);
    } else {
      print(console, answer);
    }
    return 0;
  }

  /// What the service says.
  private ExplainResponse asked() throws IOException {
    if (maxEvents != null || withoutUpdates || !generation.equals(CURRENT)) {
      throw new UserError(
          "--generation, --max-events and --without-updates are for the files; leave them out with"
              + " --url");
    }
    return service.post("/explain", withItem(body()), ExplainResponse.class);
  }

  private byte[] withItem(byte[] body) {
    if (item == null) {
      return body;
    }
    try {
      if (!(JSON.readTree(body) instanceof ObjectNode question)) {
        throw new UserError("the request is no JSON object; send the body of a POST /retrieve");
      }
      return JSON.writeValueAsBytes(question.put("itemId", item));
    } catch (IOException e) {
      throw new UserError("the request is not JSON: " + e.getMessage(), e);
    }
  }

  /// What the files say.
  private ExplainResponse computed(Console console) throws IOException {
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
      if (question.query().userId() != null) {
        console.remark(
            "what a service stores of the userId is not read here; --url asks the service that does");
      }
      Explanation explanation =
          opened.explainer().explain(question.query(), itemOf(question), new RetrievalBuffers());
      return ExplainResponse.of(
          opened.generation().id(), opened.engine(), question.query(), explanation);
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

  private static void print(Console console, ExplainResponse answer) {
    console.print("item %s: %s".formatted(answer.itemId(), answer.verdict().sentence()));
    for (ExplainResponse.Cause besides : answer.besides()) {
      console.print("  besides: " + besides.sentence());
    }
    if (answer.score() == null) {
      return;
    }
    console.print("score %s".formatted(number(answer.score())));
    console.print("");
    Table contributions = new Table("event", "at", "contribution");
    answer
        .contributions()
        .forEach(
            one ->
                contributions.row(
                    one.itemId(),
                    Long.toString(one.timestamp()),
                    one.contribution() == null ? "all" : number(one.contribution())));
    console.print(contributions);
    if (answer.eventsNotTried() > 0) {
      console.print(
          "%d older events were encoded too and not tried; --max-events tries more"
              .formatted(answer.eventsNotTried()));
    }
    console.print("");
    Table closest = new Table("closest in the history", "last at", "cosine");
    answer
        .closest()
        .forEach(
            one -> closest.row(one.itemId(), Long.toString(one.timestamp()), number(one.cosine())));
    console.print(closest);
  }

  private static String number(float value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
