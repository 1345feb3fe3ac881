package dev.hstu.retrieval.nightly;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.kernels.storage.ManifestVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `journal.json` of a night: what was decided, what is done, how it ended. Replaced whole after
/// every step, so that it never says more than is true.
///
/// @param writtenBy the release that wrote it
/// @param night its id, the UTC second it began
/// @param createdAt the same as an instant; generations of a resumed night carry it too
/// @param steps done, in order; copied
/// @param begun the step under way, null between steps
/// @param ending null as long as the night can be resumed
@JsonPropertyOrder({"format_version", "written_by", "night", "created_at"})
public record NightJournal(
    int formatVersion,
    String writtenBy,
    String night,
    String createdAt,
    NightPlan plan,
    List<FinishedStep> steps,
    @Nullable BegunStep begun,
    @Nullable NightEnding ending) {

  static final int FORMAT_VERSION = 1;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  public NightJournal {
    steps = List.copyOf(steps);
  }

  static NightJournal begin(String night, Instant createdAt, NightPlan plan) {
    return new NightJournal(
        FORMAT_VERSION,
        ManifestVersion.writer(),
        night,
        createdAt.toString(),
        plan,
        List.of(),
        null,
        null);
  }

  /// The record of a step, if it is done.
  public Optional<FinishedStep> finished(NightStep step) {
    return steps.stream().filter(done -> done.step() == step).findFirst();
  }

  /// The record of a step that must be done.
  FinishedStep done(NightStep step) {
    return finished(step)
        .orElseThrow(
            () -> new IllegalStateException("step %s is not done".formatted(step.label())));
  }

  public boolean isPublished() {
    return finished(NightStep.PUBLISH).isPresent();
  }

  NightJournal withBegun(BegunStep step) {
    return new NightJournal(formatVersion, writtenBy, night, createdAt, plan, steps, step, ending);
  }

  NightJournal withFinished(FinishedStep step) {
    List<FinishedStep> more = new ArrayList<>(steps);
    more.add(step);
    return new NightJournal(formatVersion, writtenBy, night, createdAt, plan, more, null, ending);
  }

  NightJournal withEnding(NightEnding end) {
    return new NightJournal(formatVersion, writtenBy, night, createdAt, plan, steps, begun, end);
  }

  /// Replaces `file`, durably.
  void write(Path file) throws IOException {
    DurableFiles.writeAtomically(
        file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
  }

  /// @throws DamagedFileException naming `file` and what is wrong in it
  static NightJournal read(Path file) throws IOException {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      ManifestVersion.requireReadable(
          file,
          json.path("format_version").asLong(),
          FORMAT_VERSION,
          json.path("written_by").asText("another release"));
      return JSON.treeToValue(json, NightJournal.class);
    } catch (JsonProcessingException e) {
      throw new DamagedFileException(
          file, "cannot be read: %s; delete its folder".formatted(e.getOriginalMessage()), e);
    }
  }

  /// The document that `--json` prints, with keys as in the file.
  static JsonNode document(Object value) {
    return JSON.valueToTree(value);
  }
}
