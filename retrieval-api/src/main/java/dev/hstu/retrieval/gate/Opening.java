package dev.hstu.retrieval.gate;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.index.generation.DamagedGenerationException;
import dev.hstu.index.generation.GenerationLayout;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.index.generation.GenerationStore;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Opens the candidate, which checks every byte and that its parts belong together; where that
/// fails, finds out which question it is an answer to.
final class Opening {

  private static final String FILES = "files";
  private static final String METRIC = "metric";
  private static final String IDS = "ids";
  private static final String SHARDS = "shards";
  private static final String MODEL = "model";

  private static final List<String> CHECKS = List.of(FILES, METRIC, IDS, SHARDS, MODEL);
  private static final String MEND = "build the generation anew; publish another meanwhile";

  private final GenerationStore store;
  private final String id;

  Opening(GenerationStore store, String id) {
    this.store = store;
    this.id = id;
  }

  /// What came of it.
  sealed interface Outcome {

    /// Open, and to be closed by who asked.
    record Opened(JudgedGeneration generation, List<CheckResult> results) implements Outcome {}

    /// Not fit to be opened.
    record Refused(List<CheckResult> results) implements Outcome {}
  }

  /// @throws dev.hstu.index.generation.UnknownGenerationException when there is no such generation
  Outcome open() {
    try {
      JudgedGeneration generation = JudgedGeneration.open(store, id);
      return new Outcome.Opened(generation, passed(generation));
    } catch (DamagedGenerationException e) {
      return refused(question(e), e);
    } catch (IOException e) {
      return refused(MODEL, e);
    }
  }

  private static List<CheckResult> passed(JudgedGeneration open) {
    GenerationManifest manifest = open.generation().manifest();
    return List.of(
        new CheckResult.Passed(
            FILES,
            "%d files".formatted(manifest.files().size()),
            "as sealed",
            "every file is there and has its checksum, none is too many"),
        new CheckResult.Passed(
            METRIC, manifest.metric(), ItemVectors.METRIC, "vectors are for inner products"),
        new CheckResult.Passed(
            IDS,
            "%d %s ids".formatted(open.ids().size(), open.ids().type()),
            "distinct",
            "every item has an id of its own"),
        new CheckResult.Passed(
            SHARDS,
            "%d shards".formatted(manifest.shards().size()),
            "all %d items".formatted(manifest.items()),
            "the shards together hold every item once"),
        new CheckResult.Passed(
            MODEL,
            shortened(open.model().fingerprint()),
            "the vectors' model",
            "the model is whole, and the one the vectors say they come from"));
  }

  private static Outcome refused(String question, IOException problem) {
    List<CheckResult> results = new ArrayList<>();
    for (String check : CHECKS) {
      results.add(
          check.equals(question)
              ? new CheckResult.Blocked(check, "refused", "opens", problem.getMessage(), MEND)
              : new CheckResult.Skipped(check, "the generation could not be opened"));
    }
    return new Outcome.Refused(results);
  }

  private String question(DamagedGenerationException problem) {
    String file = problem.file();
    if (file.startsWith("index")) {
      return SHARDS;
    }
    if (file.equals(GenerationLayout.MODEL)) {
      return MODEL;
    }
    if (file.equals(GenerationLayout.MANIFEST)) {
      return hasWrongMetric(store.root().resolve(id).resolve(file)) ? METRIC : FILES;
    }
    return file.equals(GenerationLayout.VECTORS) ? questionOfVectors() : FILES;
  }

  private String questionOfVectors() {
    Path path = store.root().resolve(id).resolve(GenerationLayout.VECTORS);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      if (!ItemVectors.METRIC.equals(file.metadata().get("metric"))) {
        return METRIC;
      }
      if (!hasDistinctIds(file)) {
        return IDS;
      }
      String fingerprint = store.manifest(id).modelFingerprint();
      return Optional.of(fingerprint)
              .equals(Optional.ofNullable(file.metadata().get("model_fingerprint")))
          ? FILES
          : MODEL;
    } catch (IOException e) {
      return FILES;
    }
  }

  private static boolean hasDistinctIds(SafetensorsFile file) {
    try {
      IdTable.readFrom(file, "");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean hasWrongMetric(Path manifest) {
    try {
      String metric = new ObjectMapper().readTree(manifest.toFile()).path("metric").asText();
      return !metric.equals(ItemVectors.METRIC);
    } catch (IOException e) {
      return false;
    }
  }

  private static String shortened(String fingerprint) {
    return fingerprint.substring(0, 12);
  }
}
