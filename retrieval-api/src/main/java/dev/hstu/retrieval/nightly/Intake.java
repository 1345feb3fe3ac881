package dev.hstu.retrieval.nightly;

import dev.hstu.retrieval.config.NightlyInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What there is to take in. The folder of interaction files is the record: files stay in it as
/// they are, and every night reads all of them, those of the night before first and in the same
/// order, so that users and items keep their rows in the prepared data.
final class Intake {

  /// A file a day for a hundred years, and a bound on the journal.
  static final int MAX_FILES = 40_000;

  private Intake() {}

  /// The files to read: those of the previous night that are still there, as they are now, then new
  /// ones by name.
  static List<SourceFile> sources(NightlyInput input, Optional<NightPlan> previous, Instant now)
      throws IOException {
    Set<String> names = new LinkedHashSet<>();
    previous.ifPresent(plan -> plan.sources().forEach(file -> names.add(file.name())));
    names.addAll(settled(input, now));
    List<SourceFile> files = new ArrayList<>();
    for (String name : names) {
      Path file = input.interactions().resolve(name);
      if (Files.isRegularFile(file)) {
        files.add(SourceFile.of(file));
      }
    }
    return files;
  }

  /// Refuses inputs that a night can't be made of: none, or others than the night before had.
  static void requireUsable(NightlyInput input, NightPlan plan, @Nullable NightPlan previous) {
    if (plan.sources().isEmpty()) {
      throw new NightRefusedException(
          "there is no interaction file in %s; put the log there, or set input.interactions"
              .formatted(input.interactions()));
    }
    if (plan.sources().size() > MAX_FILES) {
      throw new NightRefusedException(
          "%s has %d files, at most %d; join the older ones and begin with a new work folder"
              .formatted(input.interactions(), plan.sources().size(), MAX_FILES));
    }
    if (previous != null) {
      previous.sources().forEach(file -> requireUnchanged(input, file, plan.sources()));
    }
  }

  /// Refuses files that have changed since the night began.
  static void requireAsPlanned(NightlyInput input, NightPlan plan) throws IOException {
    for (SourceFile file : plan.sources()) {
      Path path = input.interactions().resolve(file.name());
      if (!Files.isRegularFile(path) || Files.size(path) != file.bytes()) {
        throw new NightRefusedException(
            "%s was changed or removed during the night; write beside and rename, and the next night takes it in"
                .formatted(path));
      }
    }
  }

  private static void requireUnchanged(
      NightlyInput input, SourceFile before, List<SourceFile> now) {
    if (!now.contains(before)) {
      throw new NightRefusedException(
          "%s, which the night before has read, was changed or removed; restore it, or begin anew with another work folder"
              .formatted(input.interactions().resolve(before.name())));
    }
  }

  /// Names of the files that are whole: not hidden, not marked as unfinished, not changed lately.
  private static List<String> settled(NightlyInput input, Instant now) throws IOException {
    if (!Files.isDirectory(input.interactions())) {
      return List.of();
    }
    Instant latest = now.minus(Duration.ofSeconds(input.settleSeconds()));
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(input.interactions())) {
      for (Path file : files.sorted().toList()) {
        String name = String.valueOf(file.getFileName());
        boolean unfinished =
            name.startsWith(".") || name.endsWith(".tmp") || name.endsWith(".part");
        boolean settled =
            input.settleSeconds() == 0
                || !Files.getLastModifiedTime(file).toInstant().isAfter(latest);
        if (!unfinished && settled && Files.isRegularFile(file)) {
          names.add(name);
        }
      }
    }
    return names;
  }
}
