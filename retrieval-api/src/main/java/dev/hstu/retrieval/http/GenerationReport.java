package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hstu.index.generation.GenerationManifest;
import dev.hstu.retrieval.gate.CheckResult;
import dev.hstu.retrieval.gate.GateVerdict;
import dev.hstu.retrieval.gate.PublicationEntry;
import dev.hstu.retrieval.serving.PublicationRuns;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A generation, on the wire.
///
/// @param state `current` (published), `previous` (where a rollback goes), `ready`, `damaged` or
///     `unfinished`
/// @param problem why it is damaged; of a damaged or unfinished one nothing else is told
/// @param gate the gate's last verdict in short, absent where it was never asked
/// @param publication how it last became current, or failed to; absent where it never did
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Generation", description = "One generation: model, items and index")
public record GenerationReport(
    @Schema(example = "20260101T000000Z-1a2b3c4d5e6f") String id,
    @Schema(allowableValues = {"current", "previous", "ready", "damaged", "unfinished"})
        String state,
    @Nullable String problem,
    @Nullable Contents contents,
    @Nullable GateSummary gate,
    @Nullable Publication publication) {

  /// What a whole generation holds.
  ///
  /// @param parent the generation that was current when this one was built; absent for the first
  /// @param model fingerprint
  /// @param evaluation figures of its evaluation by name, perhaps none
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "GenerationContents", description = "What a whole generation holds")
  public record Contents(
      Instant createdAt,
      @Schema(description = "Since then, by the server's clock", example = "3600") long ageSeconds,
      @Nullable String parent,
      long items,
      @Schema(allowableValues = {"int64", "utf8"}) String ids,
      int dimension,
      @Schema(description = "Fingerprint of the model") String model,
      @Schema(description = "How the items are searched", example = "graph float32") String index,
      int shards,
      @Schema(description = "Of all files") long bytes,
      @Schema(description = "Figures of its evaluation, by name", example = "{\"hr@100\": 0.65}")
          Map<String, Double> evaluation) {

    static Contents of(GenerationManifest manifest, Instant now) {
      return new Contents(
          manifest.createdAt(),
          Math.max(0, now.getEpochSecond() - manifest.createdAt().getEpochSecond()),
          manifest.parent(),
          manifest.items(),
          manifest.idType().name().toLowerCase(Locale.ROOT),
          manifest.dimension(),
          manifest.modelFingerprint(),
          manifest.index().describe(),
          manifest.shards().size(),
          manifest.bytes(),
          manifest.evaluation());
    }
  }

  /// A verdict without its checks.
  @Serdeable
  @Schema(name = "GateSummary", description = "The gate's last verdict in short")
  public record GateSummary(
      boolean passed, String summary, Instant judgedAt, @Schema(example = "1") long warnings) {

    static GateSummary of(GateVerdict verdict) {
      return new GateSummary(
          verdict.passed(),
          verdict.summary(),
          verdict.judgedAt(),
          verdict.results().stream().filter(CheckResult.Warned.class::isInstance).count());
    }
  }

  /// A line of publications.log.
  ///
  /// @param failure why it didn't happen after all; absent for one that did
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "Publication", description = "How a generation became current, or failed to")
  public record Publication(
      Instant at,
      @Schema(allowableValues = {"publish", "rollback"}) String action,
      String user,
      @Nullable String replaced,
      @Nullable String forcedBecause,
      @Nullable String returnedBecause,
      @Nullable String failure) {

    static Publication of(PublicationEntry entry) {
      return new Publication(
          Instant.parse(entry.at()),
          entry.action().text(),
          entry.user(),
          entry.replaced(),
          entry.forcedBecause(),
          entry.returnedBecause(),
          entry.failure());
    }
  }

  /// The answer of `GET /generations`.
  ///
  /// @param serving what answers requests here; differs from `current` while that is opened or
  ///     where it couldn't be
  /// @param underWay the publication or rollback that runs here now
  /// @param more generations older than those listed
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "Generations", description = "The generations, the youngest first")
  public record All(
      @Nullable String current,
      @Nullable String previous,
      @Nullable String serving,
      @Nullable UnderWay underWay,
      List<GenerationReport> generations,
      int more) {}

  /// The answer of `GET /generations/{id}`.
  ///
  /// @param verdict the gate's last verdict, absent where it was never asked
  /// @param publications every time it became current or failed to, the last first
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "GenerationDetails", description = "A generation with its verdict and its past")
  public record Details(
      GenerationReport generation,
      @Nullable VerdictReport verdict,
      List<Publication> publications) {}

  /// A publication or rollback that runs.
  ///
  /// @param generation to be published, absent of a rollback
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "PublicationUnderWay", description = "A publication or rollback that runs")
  public record UnderWay(
      @Nullable String generation,
      Instant since,
      @Schema(description = "Golden users asked so far, of both generations") long askedUsers) {

    static UnderWay of(PublicationRuns.UnderWay run) {
      return new UnderWay(run.generation(), run.since(), run.askedUsers());
    }
  }

  /// The answer of `POST /generations/{id}/publish`.
  ///
  /// @param previous where a rollback goes, absent for nowhere
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "Published", description = "A generation is current")
  public record Published(
      String current,
      @Nullable String previous,
      @Schema(description = "Whether against the gate's verdict") boolean forced,
      VerdictReport verdict) {}

  /// The answer of `POST /rollback`.
  ///
  /// @param unlogged why publications.log doesn't say so, absent where it does
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "RolledBack", description = "The generation from before is current again")
  public record RolledBack(String current, String left, @Nullable String unlogged) {}
}
