package dev.hstu.retrieval.nightly;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.kernels.tables.IdType;
import dev.hstu.retrieval.config.InvalidSettingException;
import dev.hstu.retrieval.config.NightlyInput;
import dev.hstu.retrieval.data.ColumnMapping;
import dev.hstu.retrieval.data.EventSummary;
import dev.hstu.retrieval.data.ImportListener;
import dev.hstu.retrieval.data.ImportOutcome;
import dev.hstu.retrieval.data.ImportRequest;
import dev.hstu.retrieval.data.InteractionImport;
import dev.hstu.retrieval.data.ItemColumnMapping;
import dev.hstu.retrieval.data.ReadSummary;
import dev.hstu.retrieval.data.ReadingRules;
import dev.hstu.retrieval.data.TimeScale;
import dev.hstu.retrieval.data.UnusableInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// All interaction files and the catalogue, read anew: the events of before and the new ones are
/// merged, sorted and freed of duplicates by the one import there is.
final class ImportWork implements NightWork {

  static final String DATA = "data_fingerprint";
  static final String EVENTS = "events";
  static final String NEW_EVENTS = "new_events";
  static final String USERS = "users";
  static final String ITEMS = "items";
  static final String NEW_ITEMS = "new_items";
  static final String DROPPED = "dropped";

  /// An event takes 20 bytes on the disk and at least ten in a plain log; a compressed log may be
  /// five times denser.
  private static final int BYTES_A_PLAIN_BYTE = 3;

  private static final int BYTES_A_PACKED_BYTE = 15;

  @Override
  public NightStep step() {
    return NightStep.IMPORT;
  }

  @Override
  public long diskBytes(NightContext night) {
    long bytes = 0;
    for (SourceFile file : night.plan().sources()) {
      String name = file.name().toLowerCase(Locale.ROOT);
      boolean packed = name.endsWith(".gz") || name.endsWith(".parquet");
      bytes += file.bytes() * (packed ? BYTES_A_PACKED_BYTE : BYTES_A_PLAIN_BYTE);
    }
    SourceFile catalogue = night.plan().catalogue();
    return bytes + (catalogue == null ? 0 : BYTES_A_PLAIN_BYTE * catalogue.bytes());
  }

  @Override
  public StepResult run(NightContext night, NightProgress progress) throws IOException {
    NightlyInput input = night.configuration().input();
    Intake.requireUsable(
        input, night.plan(), night.previous().map(NightJournal::plan).orElse(null));
    DurableFiles.deleteRecursively(night.folder().data());
    ImportOutcome outcome;
    try {
      outcome = InteractionImport.run(request(night, input), new Bytes(night.plan(), progress));
    } catch (UnusableInputException e) {
      throw new NightRefusedException(
          e.getMessage() + " (here, the options of import are the keys input.*)", e);
    }
    return switch (outcome) {
      case ImportOutcome.Imported(ReadSummary read, EventSummary events) -> {
        Intake.requireAsPlanned(input, night.plan());
        yield result(night, read, events);
      }
      case ImportOutcome.TooManyBadRows(ReadSummary read, String what, double share, double most) ->
          throw new NightRefusedException(
              String.format(
                  Locale.ROOT,
                  "%.2f%% of the rows of the %s are bad (first: %s), more than the %.2f%% of input.max-bad-share",
                  100 * share,
                  what,
                  read.badRows().isEmpty() ? "none kept" : read.badRows().getFirst().describe(),
                  100 * most));
    };
  }

  private static StepResult result(NightContext night, ReadSummary read, EventSummary events) {
    StepResult result =
        new StepResult()
            .output(DATA, events.fingerprint())
            .figure(EVENTS, events.events())
            .figure(USERS, events.users())
            .figure(ITEMS, events.items())
            .figure("duplicates", events.duplicates())
            .figure("repeats", events.repeats())
            .figure(DROPPED, read.interactions().bad() + read.catalogue().bad())
            .figure("files", night.plan().sources().size());
    for (SourceFile file : night.plan().sources()) {
      result.input(file.name(), file.sha256());
    }
    Optional<FinishedStep> before = night.previous().map(n -> n.done(NightStep.IMPORT));
    result.figure(
        NEW_EVENTS, events.events() - before.map(step -> step.figure(EVENTS)).orElse(0.0));
    result.figure(NEW_ITEMS, events.items() - before.map(step -> step.figure(ITEMS)).orElse(0.0));
    read.interactions().badByReason().forEach((why, n) -> result.figure(DROPPED + ", " + why, n));
    read.catalogue()
        .badByReason()
        .forEach((why, n) -> result.figure(DROPPED + " from the catalogue, " + why, n));
    read.notes().forEach(result::remark);
    read.badRows().stream().limit(5).forEach(row -> result.remark(row.describe()));
    return result;
  }

  private static ImportRequest request(NightContext night, NightlyInput input) {
    List<Path> files =
        night.plan().sources().stream()
            .map(file -> input.interactions().resolve(file.name()))
            .toList();
    Path catalogue = night.plan().catalogue() == null ? null : night.folder().catalogue();
    return ImportRequest.of(files, catalogue, night.folder().data())
        .withRules(rules(input))
        .withMaxBadShare(input.maxBadShare())
        .withDropRepeats(input.dropRepeats());
  }

  /// How the files are understood.
  ///
  /// @throws InvalidSettingException naming the key that can't be
  static ReadingRules rules(NightlyInput input) {
    try {
      return new ReadingRules(
          null,
          input.columns().map(ColumnMapping::parse).orElse(ColumnMapping.DETECTED),
          input.itemColumns().map(ItemColumnMapping::parse).orElse(ItemColumnMapping.DETECTED),
          input.clock().map(Clock::parse).orElse(null),
          TimeScale.parse(input.timeUnit()),
          input.idType().map(type -> IdType.valueOf(type.toUpperCase(Locale.ROOT))).orElse(null),
          Map.of());
    } catch (IllegalArgumentException | UnusableInputException e) {
      throw new InvalidSettingException("input: " + e.getMessage(), e);
    }
  }

  /// Reading as bytes of all files.
  private static final class Bytes implements ImportListener {
    private final long total;
    private final NightProgress progress;
    private long before;
    private long current;

    Bytes(NightPlan plan, NightProgress progress) {
      this.total = plan.sourceBytes();
      this.progress = progress;
    }

    @Override
    public void onFile(Path file, long bytes) {
      before += current;
      current = bytes;
    }

    @Override
    public void onRead(Path file, long bytesRead, long rows) {
      progress.at(before + bytesRead, total, String.format(Locale.ROOT, "%,d rows", rows));
    }
  }
}
