package dev.hstu.retrieval.cli;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.EngineUnavailableException;
import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.storage.DirectoryLockedException;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.retrieval.config.GateSettings;
import dev.hstu.retrieval.gate.CheckResult;
import dev.hstu.retrieval.gate.ForceReason;
import dev.hstu.retrieval.gate.GateVerdict;
import dev.hstu.retrieval.gate.GatedPublication;
import dev.hstu.retrieval.gate.GoldenUsers;
import dev.hstu.retrieval.gate.OutdatedVerdictException;
import dev.hstu.retrieval.gate.Publications;
import dev.hstu.retrieval.gate.PublishGate;
import dev.hstu.retrieval.gate.VerdictJson;
import dev.hstu.retrieval.gate.VerdictPage;
import dev.hstu.retrieval.gate.VerdictWords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A [GatedPublication] on the command line, its verdict printed.
final class ConsolePublication {

  /// The exit code of a verb whose generation the gate blocks.
  static final int EXIT_BLOCKED = 3;

  private final Console console;
  private final GenerationStore store;
  private final Engine engine;
  private final GateSettings settings;
  private final @Nullable ForceReason reason;
  private final @Nullable Path html;

  /// Checks options and engine before anything is done.
  ///
  /// @throws UserError when a bound is wrong or the engine can't run here
  /// @throws IllegalArgumentException when the reason to force says nothing
  ConsolePublication(Console console, GenerationStore store, Engine engine, GateOptions options) {
    this.console = console;
    this.store = store;
    this.engine = engine;
    this.settings = options.settings();
    this.reason = options.forceReason().orElse(null);
    this.html = options.html().orElse(null);
    try {
      Encoder.requireAvailable(engine);
    } catch (EngineUnavailableException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  /// The exit code of a verb that ends with this.
  static int exitCode(GatedPublication.Outcome outcome) {
    return outcome.published() ? 0 : EXIT_BLOCKED;
  }

  /// Judges and publishes; prints nothing but progress and remarks.
  ///
  /// @param golden asked instead of those of the generation, unless null
  GatedPublication.Outcome publish(String id, @Nullable GoldenUsers golden) throws IOException {
    int workers = Runtime.getRuntime().availableProcessors();
    PublishGate gate = new PublishGate(settings, EngineChoice.of(engine), workers);
    GatedPublication publication = new GatedPublication(store, gate, new Publications(store));
    GateVerdict verdict = judge(publication, id, golden);
    if (html != null) {
      DurableFiles.writeAtomically(
          html, VerdictPage.render(verdict).getBytes(StandardCharsets.UTF_8));
      console.remark("wrote " + html);
    }
    if (verdict.passed() && reason != null) {
      console.remark("--force was not needed: the gate lets it pass");
    }
    try {
      return publication.publish(verdict, reason);
    } catch (DamagedGenerationException | DirectoryLockedException | OutdatedVerdictException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private GateVerdict judge(GatedPublication publication, String id, @Nullable GoldenUsers golden)
      throws IOException {
    try (ProgressReporter progress = console.progress("gate", -1, "golden users")) {
      return publication.judge(id, golden, progress::at);
    }
  }

  /// The verdict as a table, and what became of the generation.
  void print(GatedPublication.Outcome outcome) throws IOException {
    GateVerdict verdict = outcome.verdict();
    Table table = new Table("check", "result", "measured", "asked");
    for (CheckResult result : verdict.results()) {
      table.row(
          result.check(),
          VerdictWords.outcome(result),
          VerdictWords.measured(result),
          VerdictWords.bound(result));
    }
    console.print(table);
    verdict.cautions().forEach(caution -> console.print("caution: " + caution));
    for (CheckResult result : verdict.results()) {
      if (result instanceof CheckResult.Warned || result instanceof CheckResult.Blocked) {
        console.print(
            "%s %s: %s"
                .formatted(
                    result.check(), VerdictWords.outcome(result), VerdictWords.sentence(result)));
      }
    }
    console.print(verdict.summary());
    if (outcome.published()) {
      console.print(published(outcome));
    } else {
      console.remark(
          "hstu: not published; mend what blocks it, or give --force and the reason, which is logged");
    }
  }

  /// The same as JSON.
  Map<String, Object> document(GatedPublication.Outcome outcome) throws IOException {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("published", outcome.published());
    document.put("forced", outcome.forced());
    document.put("current", store.currentId().orElse(null));
    document.put("previous", store.previousId().orElse(null));
    document.put("verdict", VerdictJson.document(outcome.verdict()));
    return document;
  }

  private String published(GatedPublication.Outcome outcome) throws IOException {
    Optional<String> previous = store.previousId();
    return "published %s%s%s"
        .formatted(
            outcome.verdict().generation(),
            outcome.forced() ? " by force" : "",
            previous.map(id -> "; hstu rollback returns to " + id).orElse("; it is the first"));
  }
}
