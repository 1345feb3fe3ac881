package dev.hstu.retrieval.nightly;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.storage.DirectoryLock;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.retrieval.config.NightlyConfiguration;
import dev.hstu.retrieval.config.NightlyTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Runs nights: the entry of this package. One run a work folder at a time.
///
/// A run goes on with the night that an earlier run left unfinished, and else begins one. Nothing
/// but the publish step changes what serves, and it is one rename; a night that can't be published
/// is closed with a report that says why.
public final class Nightly {

  private final NightlyConfiguration configuration;
  private final InstantSource clock;
  private final NightListener listener;
  private final RamBudget ram;

  private Nightly(NightlyConfiguration configuration, InstantSource clock, NightListener listener) {
    this.configuration = configuration;
    this.clock = clock;
    this.listener = listener;
    this.ram = RamBudget.of(configuration, Runtime.getRuntime().maxMemory());
  }

  /// Runs one night, or the rest of one.
  ///
  /// @throws dev.hstu.retrieval.config.InvalidSettingException when the configuration asks for what
  ///     this process can't give
  /// @throws dev.hstu.kernels.storage.DirectoryLockedException when another run holds the work
  ///     folder
  /// @throws dev.hstu.encoder.EngineUnavailableException when PyTorch isn't there
  public static NightOutcome run(
      NightlyConfiguration configuration, InstantSource clock, NightListener listener)
      throws IOException {
    Nightly nightly = new Nightly(configuration, clock, listener);
    ImportWork.rules(configuration.input());
    Encoder.requireAvailable(Engine.DJL);
    Files.createDirectories(configuration.folder());
    try (DirectoryLock lock = DirectoryLock.acquire(configuration.folder())) {
      DurableFiles.deleteAbandoned(lock.directory());
      return nightly.runLocked(lock.directory());
    }
  }

  private NightOutcome runLocked(Path folder) throws IOException {
    NightArchive archive = NightArchive.open(folder);
    Optional<NightJournal> unfinished = archive.unfinished();
    if (unfinished.isPresent()) {
      @Nullable String stale = staleness(unfinished.get());
      if (stale == null) {
        return run(archive, unfinished.get(), true);
      }
      close(archive, unfinished.get(), stale);
    }
    prune(archive);
    return run(archive, begin(archive), false);
  }

  /// Failed nights don't come as far as their prune step, and must not fill the disk.
  private void prune(NightArchive archive) throws IOException {
    store().prune(configuration.build().keepGenerations());
    archive.prune(configuration.build().keepNights(), archive.needed(store()));
  }

  private NightOutcome run(NightArchive archive, NightJournal journal, boolean resumed)
      throws IOException {
    @Nullable String previous = journal.plan().previous();
    NightJournal before =
        archive.journals().stream()
            .filter(night -> night.night().equals(previous))
            .findFirst()
            .orElse(null);
    NightContext night = new NightContext(configuration, archive, ram, before, journal);
    return new NightRun(night, clock, listener, resumed).run();
  }

  private NightJournal begin(NightArchive archive) throws IOException {
    Instant now = clock.instant();
    Optional<NightJournal> head = archive.head(store().currentId());
    Optional<NightPlan> before = head.map(NightJournal::plan);
    Optional<Path> catalogue = configuration.input().items().filter(Files::isRegularFile);
    List<SourceFile> sources = Intake.sources(configuration.input(), before, now);
    NightlyTraining training = configuration.training();
    int trainings = before.map(plan -> plan.trainings() + (plan.epochs() > 0 ? 1 : 0)).orElse(0);
    Forecast forecast = new Forecast(archive.journals(), SourceFile.bytes(sources));
    int epochs = epochs(training, head.isPresent() || training.startModel().isPresent(), forecast);
    NightPlan plan =
        new NightPlan(
            configuration.decisive(),
            head.map(NightJournal::night).orElse(null),
            trainings,
            (long) training.seed() + trainings,
            epochs,
            sources,
            catalogue.isPresent() ? SourceFile.of(catalogue.get()) : null,
            forecast.seconds(epochs));
    return archive.begin(now, plan, catalogue);
  }

  private static int epochs(NightlyTraining training, boolean continued, Forecast forecast) {
    if (training.embedOnly()) {
      return 0;
    }
    return continued
        ? forecast.epochsWithin(training.minutes(), training.epochs())
        : training.firstEpochs();
  }

  /// Why an unfinished night is not gone on with, or null.
  private @Nullable String staleness(NightJournal journal) {
    if (!journal.plan().settings().equals(configuration.decisive())) {
      return "the configuration was changed while it was unfinished";
    }
    Duration age = Duration.between(Instant.parse(journal.createdAt()), clock.instant());
    return age.compareTo(Duration.ofHours(configuration.resumeHours())) > 0
        ? "it was unfinished for more than resume-hours=%d".formatted(configuration.resumeHours())
        : null;
  }

  private void close(NightArchive archive, NightJournal journal, String reason) throws IOException {
    NightStep step = journal.begun() == null ? null : journal.begun().step();
    journal
        .withEnding(new NightEnding(clock.instant().toString(), null, step, reason))
        .write(archive.folder(journal.night()).journal());
  }

  private GenerationStore store() {
    return GenerationStore.at(configuration.generations());
  }
}
