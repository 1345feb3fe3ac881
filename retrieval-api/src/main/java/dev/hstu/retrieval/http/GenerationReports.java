package dev.hstu.retrieval.http;

import dev.hstu.index.generation.GenerationEntry;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.retrieval.config.GenerationSettings;
import dev.hstu.retrieval.gate.GatedPublication;
import dev.hstu.retrieval.gate.PublicationEntry;
import dev.hstu.retrieval.gate.PublicationLog;
import dev.hstu.retrieval.gate.VerdictFolder;
import dev.hstu.retrieval.serving.GenerationSwitch;
import dev.hstu.retrieval.serving.PublicationRuns;
import dev.hstu.retrieval.serving.ServerClock;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What there is to tell of the generations in the folder, read anew each time. Reads files.
@Singleton
final class GenerationReports {

  /// Most generations of a list: `nightly` keeps a handful, and each takes two files to tell of.
  static final int MAX_LISTED = 50;

  /// Most entries of the log about one generation.
  private static final int MAX_PUBLICATIONS = 20;

  private final GenerationStore store;
  private final VerdictFolder verdicts;
  private final PublicationLog log;
  private final GenerationSwitch serving;
  private final PublicationRuns runs;
  private final ServerClock clock;

  GenerationReports(
      GenerationSettings settings,
      GenerationSwitch serving,
      PublicationRuns runs,
      ServerClock clock) {
    this.store = GenerationStore.at(settings.folder());
    this.verdicts = new VerdictFolder(store.root());
    this.log = new PublicationLog(store.root());
    this.serving = serving;
    this.runs = runs;
    this.clock = clock;
  }

  GenerationReport.All all() throws IOException {
    List<GenerationEntry> entries = store.list();
    List<PublicationEntry> publications = log.entries();
    List<GenerationReport> reports = new ArrayList<>();
    for (GenerationEntry entry : entries.subList(0, Math.min(MAX_LISTED, entries.size()))) {
      reports.add(report(entry, publications));
    }
    return new GenerationReport.All(
        store.currentId().orElse(null),
        store.previousId().orElse(null),
        serving.current().map(live -> live.manifest().id()).orElse(null),
        runs.underWay().map(GenerationReport.UnderWay::of).orElse(null),
        reports,
        entries.size() - reports.size());
  }

  /// One of them; empty where there is none of this id.
  Optional<GenerationReport.Details> details(String id) throws IOException {
    List<PublicationEntry> publications = log.entries();
    for (GenerationEntry entry : store.list()) {
      if (entry.id().equals(id)) {
        return Optional.of(
            new GenerationReport.Details(
                report(entry, publications),
                verdicts.verdict(id).map(VerdictReport::of).orElse(null),
                publications.reversed().stream()
                    .filter(publication -> publication.generation().equals(id))
                    .limit(MAX_PUBLICATIONS)
                    .map(GenerationReport.Publication::of)
                    .toList()));
      }
    }
    return Optional.empty();
  }

  /// What is told of a publication that is done.
  GenerationReport.Published published(GatedPublication.Outcome outcome, VerdictReport verdict)
      throws IOException {
    return new GenerationReport.Published(
        verdict.generation(), store.previousId().orElse(null), outcome.forced(), verdict);
  }

  private GenerationReport report(GenerationEntry entry, List<PublicationEntry> publications) {
    return switch (entry) {
      case GenerationEntry.Whole whole ->
          new GenerationReport(
              whole.id(),
              whole.state().name().toLowerCase(Locale.ROOT),
              null,
              GenerationReport.Contents.of(whole.manifest(), clock.source().instant()),
              verdicts.verdict(whole.id()).map(GenerationReport.GateSummary::of).orElse(null),
              last(whole.id(), publications));
      case GenerationEntry.Damaged damaged ->
          new GenerationReport(
              damaged.id(),
              "damaged",
              damaged.problem(),
              null,
              null,
              last(damaged.id(), publications));
      case GenerationEntry.Unfinished unfinished ->
          new GenerationReport(unfinished.id(), "unfinished", null, null, null, null);
    };
  }

  private static GenerationReport.@Nullable Publication last(
      String id, List<PublicationEntry> publications) {
    return publications.reversed().stream()
        .filter(publication -> publication.generation().equals(id))
        .findFirst()
        .map(GenerationReport.Publication::of)
        .orElse(null);
  }
}
