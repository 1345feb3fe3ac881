package dev.hstu.retrieval.nightly;

import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.retrieval.config.NightlyConfiguration;
import dev.hstu.retrieval.gate.GateVerdict;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the steps of one night share. Holds the prepared data once read, since several steps need
/// it; for one thread.
final class NightContext {

  private final NightlyConfiguration configuration;
  private final NightArchive archive;
  private final RamBudget ram;
  private final @Nullable NightJournal previous;
  private NightJournal journal;
  private @Nullable PreparedData data;
  private @Nullable GateVerdict verdict;

  NightContext(
      NightlyConfiguration configuration,
      NightArchive archive,
      RamBudget ram,
      @Nullable NightJournal previous,
      NightJournal journal) {
    this.configuration = configuration;
    this.archive = archive;
    this.ram = ram;
    this.previous = previous;
    this.journal = journal;
  }

  NightlyConfiguration configuration() {
    return configuration;
  }

  NightArchive archive() {
    return archive;
  }

  RamBudget ram() {
    return ram;
  }

  GenerationStore store() {
    return GenerationStore.at(configuration.generations());
  }

  NightJournal journal() {
    return journal;
  }

  void journal(NightJournal next) throws IOException {
    next.write(folder().journal());
    journal = next;
  }

  NightPlan plan() {
    return journal.plan();
  }

  NightFolder folder() {
    return archive.folder(journal.night());
  }

  Instant createdAt() {
    return Instant.parse(journal.createdAt());
  }

  /// The night gone on from.
  Optional<NightJournal> previous() {
    return Optional.ofNullable(previous);
  }

  /// A number that the step under way was begun with.
  Long decided(String name) {
    BegunStep begun = journal.begun();
    Long number = begun == null ? null : begun.decisions().get(name);
    if (number == null) {
      throw new IllegalStateException("'%s' was not decided before its step".formatted(name));
    }
    return number;
  }

  /// The verdict of this run's gate, if it has judged.
  Optional<GateVerdict> verdict() {
    return Optional.ofNullable(verdict);
  }

  void verdict(GateVerdict judged) {
    verdict = judged;
  }

  /// The night's data, checked to be what the import has made.
  PreparedData data() throws IOException {
    PreparedData known = data;
    if (known == null) {
      known = PreparedData.open(folder().data());
      String expected = journal.done(NightStep.IMPORT).output(ImportWork.DATA);
      if (!known.fingerprint().equals(expected)) {
        throw changed("prepared data", known.fingerprint(), expected);
      }
      data = known;
    }
    return known;
  }

  /// The night's model, checked to be what the training has made.
  OpenModel openModel() throws IOException {
    OpenModel open = ModelFolder.open(folder().model());
    String expected = journal.done(NightStep.TRAIN).output(TrainWork.MODEL);
    if (!open.model().fingerprint().equals(expected)) {
      open.close();
      throw changed("model", open.model().fingerprint(), expected);
    }
    return open;
  }

  private NightRefusedException changed(String what, String found, String expected) {
    return new NightRefusedException(
        "the %s in %s is %s and the journal says %s; the next run begins anew"
            .formatted(what, folder().path(), found, expected));
  }
}
