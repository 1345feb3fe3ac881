package dev.hstu.retrieval.nightly;

import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.storage.AtomicFolder;
import dev.hstu.kernels.storage.ContentDigest;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// All nights of a work folder, in `nights/<utc second>/`. For the holder of the folder's lock.
final class NightArchive {

  /// A year and a month of journals; older ones tell nothing about the next night.
  static final int MAX_JOURNALS = 400;

  private static final DateTimeFormatter ID =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final Pattern NIGHT = Pattern.compile("\\d{8}T\\d{6}Z");

  private final Path nights;
  private final List<NightJournal> journals;

  private NightArchive(Path nights, List<NightJournal> journals) {
    this.nights = nights;
    this.journals = journals;
  }

  /// Reads all journals.
  static NightArchive open(Path folder) throws IOException {
    Path nights = folder.resolve("nights");
    Files.createDirectories(nights);
    deleteUnbegun(nights);
    List<NightJournal> journals = new ArrayList<>();
    for (String id : ids(nights)) {
      journals.add(NightJournal.read(new NightFolder(nights.resolve(id)).journal()));
    }
    return new NightArchive(nights, journals);
  }

  NightFolder folder(String night) {
    return new NightFolder(nights.resolve(night));
  }

  /// All nights, the youngest first.
  List<NightJournal> journals() {
    return journals;
  }

  /// The youngest night, when it is not closed.
  Optional<NightJournal> unfinished() {
    return journals.stream().findFirst().filter(journal -> journal.ending() == null);
  }

  /// The night to go on from: that of the current generation, so that a rollback is a rollback of
  /// the model too; where no night made the current one, the youngest that published.
  Optional<NightJournal> head(Optional<String> currentGeneration) {
    Optional<NightJournal> current =
        currentGeneration.flatMap(
            id -> published().filter(night -> generation(night).equals(id)).findFirst());
    return current.or(() -> published().findFirst());
  }

  /// Begins a night: its folder appears whole, with the journal and a copy of the catalogue.
  NightJournal begin(Instant now, NightPlan plan, Optional<Path> catalogue) throws IOException {
    Instant createdAt = now.truncatedTo(ChronoUnit.SECONDS);
    while (!journals.isEmpty()
        && ID.format(createdAt).compareTo(journals.getFirst().night()) <= 0) {
      createdAt = createdAt.plusSeconds(1);
    }
    NightJournal journal = NightJournal.begin(ID.format(createdAt), createdAt, plan);
    try (AtomicFolder folder = AtomicFolder.creating(nights.resolve(journal.night()))) {
      NightFolder incomplete = new NightFolder(folder.path());
      if (catalogue.isPresent()) {
        copy(catalogue.get(), incomplete.catalogue(), plan.catalogue());
      }
      journal.write(incomplete.journal());
      folder.commit();
    }
    return journal;
  }

  private static void copy(Path catalogue, Path copy, @Nullable SourceFile planned)
      throws IOException {
    Files.copy(catalogue, copy);
    if (planned == null || !ContentDigest.sha256(copy).equals(planned.sha256())) {
      throw new IOException(catalogue + " was changed while it was read; run again");
    }
  }

  /// Folders of nights that were killed before they began.
  private static void deleteUnbegun(Path nights) throws IOException {
    List<Path> unbegun;
    try (Stream<Path> children = Files.list(nights)) {
      unbegun = children.filter(child -> child.getFileName().toString().startsWith(".")).toList();
    }
    for (Path folder : unbegun) {
      DurableFiles.deleteRecursively(folder);
    }
  }

  /// Nights that a later one may go on from: those of the current generation and of the one a
  /// rollback goes to.
  Set<String> needed(GenerationStore store) throws IOException {
    Set<String> needed = new HashSet<>();
    for (Optional<String> generation : List.of(store.currentId(), store.previousId())) {
      if (generation.isPresent()) {
        head(generation).ifPresent(head -> needed.add(head.night()));
      }
    }
    return needed;
  }

  /// Deletes the work of all nights but the youngest `keep` and those named, and the journals that
  /// are too many.
  ///
  /// @return nights whose work was deleted now
  List<String> prune(int keep, Set<String> named) throws IOException {
    List<String> pruned = new ArrayList<>();
    List<String> ids = ids(nights);
    for (String id : ids.subList(Math.min(keep, ids.size()), ids.size())) {
      if (!named.contains(id)) {
        NightFolder folder = folder(id);
        if (folder.deleteWork()) {
          pruned.add(id);
        }
      }
    }
    for (String id : ids.subList(Math.min(MAX_JOURNALS, ids.size()), ids.size())) {
      if (!named.contains(id)) {
        DurableFiles.deleteRecursively(folder(id).path());
      }
    }
    return pruned;
  }

  private Stream<NightJournal> published() {
    return journals.stream().filter(NightJournal::isPublished);
  }

  static String generation(NightJournal night) {
    return night.done(NightStep.BUILD).output(GenerationWork.GENERATION);
  }

  private static List<String> ids(Path nights) throws IOException {
    try (Stream<Path> children = Files.list(nights)) {
      return children
          .map(child -> child.getFileName().toString())
          .filter(name -> NIGHT.matcher(name).matches())
          .sorted(Collections.reverseOrder())
          .toList();
    }
  }
}
