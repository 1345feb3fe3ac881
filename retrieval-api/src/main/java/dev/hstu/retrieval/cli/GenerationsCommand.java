package dev.hstu.retrieval.cli;

import dev.hstu.index.generation.GenerationEntry;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.storage.DirectoryLockedException;
import dev.hstu.retrieval.gate.PublicationEntry;
import dev.hstu.retrieval.gate.PublicationLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `hstu generations`: what there is, what is published, and what is damaged.
@Command(
    name = "generations",
    mixinStandardHelpOptions = true,
    description = "Lists the generations, the youngest first, and deletes old ones on request.")
public final class GenerationsCommand implements Callable<Integer> {

  /// Digits of a fingerprint that tell models apart in a table.
  private static final int SHORT_DIGITS = 12;

  private static final double BYTES_PER_MEGABYTE = 1e6;

  @Mixin private GenerationsFolder generations = new GenerationsFolder();

  @Option(
      names = "--keep",
      paramLabel = "N",
      description = "First delete all but the N youngest, the current and the one before it.")
  private @Nullable Integer keep;

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = Console.system(json);
    GenerationStore store = generations.store();
    try {
      List<String> deleted = keep == null ? List.of() : store.prune(keep);
      if (json) {
        console.printJson(document(store, deleted));
      } else {
        deleted.forEach(id -> console.remark("deleted " + id));
        print(console, store);
      }
      return 0;
    } catch (DirectoryLockedException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private static void print(Console console, GenerationStore store) throws IOException {
    List<GenerationEntry> entries = store.list();
    if (entries.isEmpty()) {
      console.print("no generations in %s; run hstu build".formatted(store.root()));
      return;
    }
    Table table = new Table("generation", "state", "items", "dimension", "model", "MB");
    List<String> problems = new ArrayList<>();
    for (GenerationEntry entry : entries) {
      switch (entry) {
        case GenerationEntry.Whole whole -> table.row(cells(whole, isForced(store, whole)));
        case GenerationEntry.Damaged damaged -> {
          table.row(damaged.id(), "damaged", "", "", "", "");
          problems.add(damaged.problem());
        }
        case GenerationEntry.Unfinished unfinished ->
            table.row(unfinished.id(), "unfinished", "", "", "", "");
      }
    }
    console.print(table);
    problems.forEach(console::print);
  }

  /// Whether it was published against the gate's verdict.
  private static boolean isForced(GenerationStore store, GenerationEntry.Whole whole)
      throws IOException {
    return new PublicationLog(store.root())
        .last(whole.id())
        .filter(PublicationEntry::forced)
        .isPresent();
  }

  private static String[] cells(GenerationEntry.Whole whole, boolean forced) {
    GenerationManifest manifest = whole.manifest();
    return new String[] {
      whole.id(),
      state(whole) + (forced ? " (forced)" : ""),
      Integer.toString(manifest.items()),
      Integer.toString(manifest.dimension()),
      manifest.modelFingerprint().substring(0, SHORT_DIGITS),
      String.format(Locale.ROOT, "%.1f", manifest.bytes() / BYTES_PER_MEGABYTE)
    };
  }

  private static Map<String, Object> document(GenerationStore store, List<String> deleted)
      throws IOException {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("current", store.currentId().orElse(null));
    document.put("deleted", deleted);
    List<Map<String, Object>> entries = new ArrayList<>();
    for (GenerationEntry entry : store.list()) {
      entries.add(document(entry, store));
    }
    document.put("generations", entries);
    return document;
  }

  private static Map<String, Object> document(GenerationEntry entry, GenerationStore store)
      throws IOException {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("id", entry.id());
    switch (entry) {
      case GenerationEntry.Whole whole -> {
        GenerationManifest manifest = whole.manifest();
        document.put("state", state(whole));
        document.put("forced", isForced(store, whole));
        document.put("created_at", manifest.createdAt().toString());
        document.put("parent", manifest.parent());
        document.put("items", manifest.items());
        document.put("dimension", manifest.dimension());
        document.put("bytes", manifest.bytes());
        document.put("model_fingerprint", manifest.modelFingerprint());
        document.put("content_digest", manifest.contentDigest());
        document.put("evaluation", manifest.evaluation());
      }
      case GenerationEntry.Damaged damaged -> {
        document.put("state", "damaged");
        document.put("problem", damaged.problem());
      }
      case GenerationEntry.Unfinished unfinished -> document.put("state", "unfinished");
    }
    return document;
  }

  private static String state(GenerationEntry.Whole whole) {
    return whole.state().name().toLowerCase(Locale.ROOT);
  }
}
