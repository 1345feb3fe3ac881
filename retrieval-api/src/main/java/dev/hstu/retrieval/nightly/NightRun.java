package dev.hstu.retrieval.nightly;

import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One run through the steps of a night that are not done yet.
final class NightRun {

  private static final Logger LOG = LoggerFactory.getLogger(NightRun.class);

  private static final List<NightWork> WORKS =
      List.of(
          new ImportWork(),
          new TrainWork(),
          new EmbedWork(),
          new GenerationWork(),
          new GateWork(),
          new PublishWork(),
          new PruneWork());

  private final NightContext night;
  private final InstantSource clock;
  private final NightListener listener;
  private final boolean resumed;
  private final DiskBudget disk;
  private final long startNanos = System.nanoTime();

  NightRun(NightContext night, InstantSource clock, NightListener listener, boolean resumed) {
    this.night = night;
    this.clock = clock;
    this.listener = listener;
    this.resumed = resumed;
    this.disk = DiskBudget.of(night.configuration());
  }

  NightOutcome run() throws IOException {
    DurableFiles.deleteAbandoned(night.folder().path());
    listener.onNight(night.journal());
    for (NightWork work : WORKS) {
      if (night.journal().finished(work.step()).isEmpty()) {
        try {
          perform(work);
        } catch (NightRefusedException e) {
          return failed(work.step(), e.getMessage());
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
          LOG.warn("night {} broke off at {}", night.journal().night(), work.step().label(), e);
          return broken(work.step(), describe(e));
        }
      }
    }
    String generation = NightArchive.generation(night.journal());
    night.journal(night.journal().withEnding(new NightEnding(now(), generation, null, null)));
    return new NightOutcome.Published(report(NightReport.PUBLISHED, null, null));
  }

  private void perform(NightWork work) throws IOException {
    NightStep step = work.step();
    listener.onStep(step);
    disk.require(step, work.diskBytes(night));
    BegunStep begun = begun(work);
    night.journal(night.journal().withBegun(begun));
    long start = System.nanoTime();
    long before = disk.used();
    NightProgress progress = new NightProgress(listener, step, night.plan().expectedSeconds());
    progress.at(0, 1);
    StepResult result = work.run(night, progress);
    progress.at(1, 1);
    double seconds = (System.nanoTime() - start) / 1e9;
    FinishedStep done = result.finished(step, begun.startedAt(), seconds, disk.used() - before);
    night.journal(night.journal().withFinished(done));
    listener.onStepDone(done);
    if (step.compareTo(NightStep.PUBLISH) < 0) {
      disk.requireKept(step);
    }
  }

  /// The step as an earlier run began it, with its decisions, or begun now.
  private BegunStep begun(NightWork work) throws IOException {
    @Nullable BegunStep earlier = night.journal().begun();
    if (earlier != null && earlier.step() == work.step()) {
      return earlier;
    }
    SortedMap<String, Long> decisions = work.decide(night);
    return new BegunStep(work.step(), now(), decisions, 0);
  }

  private NightOutcome failed(NightStep step, String reason) throws IOException {
    night.journal(night.journal().withEnding(new NightEnding(now(), null, step, reason)));
    NightReport report = report(NightReport.FAILED, step, reason);
    return night.verdict().map(verdict -> !verdict.passed()).orElse(false)
        ? new NightOutcome.Blocked(report)
        : new NightOutcome.Failed(report);
  }

  /// Leaves the night to the next run, unless it broke too often.
  private NightOutcome broken(NightStep step, String reason) throws IOException {
    int breaks = Optional.ofNullable(night.journal().begun()).map(BegunStep::breaks).orElse(0) + 1;
    if (breaks >= night.configuration().maxBreaks()) {
      return failed(step, "%s (the %d. time; max-breaks)".formatted(reason, breaks));
    }
    BegunStep begun =
        Optional.ofNullable(night.journal().begun())
            .orElseGet(() -> new BegunStep(step, now(), new TreeMap<>(), 0));
    night.journal(
        night
            .journal()
            .withBegun(new BegunStep(begun.step(), begun.startedAt(), begun.decisions(), breaks)));
    return new NightOutcome.Interrupted(report(NightReport.INTERRUPTED, step, reason), reason);
  }

  /// Writes the night's report, and the same once more as the latest of the work folder.
  private NightReport report(String state, @Nullable NightStep failedStep, @Nullable String reason)
      throws IOException {
    NightJournal journal = night.journal();
    NightReport report =
        new NightReport(
            journal.night(),
            state,
            journal.isPublished() ? NightArchive.generation(journal) : null,
            night.store().currentId().orElse(null),
            failedStep,
            reason,
            journal.plan().previous(),
            resumed,
            journal.steps(),
            journal.plan().expectedSeconds(),
            (System.nanoTime() - startNanos) / 1e9,
            disk.used(),
            disk.bytes(),
            night.ram().heapBytes(),
            night.ram().bytes());
    byte[] json = report.document().toPrettyString().getBytes(StandardCharsets.UTF_8);
    byte[] html = NightPage.render(report).getBytes(StandardCharsets.UTF_8);
    Path folder = night.configuration().folder();
    for (Path file : List.of(night.folder().reportJson(), folder.resolve("latest.json"))) {
      DurableFiles.writeAtomically(file, json);
    }
    for (Path file : List.of(night.folder().reportHtml(), folder.resolve("latest.html"))) {
      DurableFiles.writeAtomically(file, html);
    }
    return report;
  }

  private String now() {
    return clock.instant().toString();
  }

  private static String describe(Throwable failure) {
    String message = failure.getMessage();
    if (failure instanceof OutOfMemoryError) {
      return "memory is short (%s); raise HSTU_JAVA_OPTS=-Xmx and ram".formatted(message);
    }
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
