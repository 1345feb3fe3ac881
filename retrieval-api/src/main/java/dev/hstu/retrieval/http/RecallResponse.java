package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hstu.retrieval.receipts.RecallInterval;
import dev.hstu.retrieval.receipts.RecallReport;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The answer of `GET /recall`.
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "Recall measured on live queries, each answered again exactly")
public record RecallResponse(
    @Schema(description = "Share of the answers put aside", example = "0.01") double share,
    @Schema(description = "What became of them, by outcome") Map<String, Long> outcomes,
    @Schema(description = "Answers put aside and not looked at yet") int waiting,
    @Schema(description = "Processor time used so far") double cpuSeconds,
    @Schema(
            description = "Newest first, those with a sample",
            requiredMode = Schema.RequiredMode.REQUIRED)
        List<OfGeneration> generations) {

  public RecallResponse {
    outcomes = new TreeMap<>(outcomes);
    generations = List.copyOf(generations);
  }

  /// Recall of one generation.
  ///
  /// @param baseline absent until it is known
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "GenerationRecall")
  public record OfGeneration(
      String generation,
      @Schema(description = "Of all samples") @Nullable Interval overall,
      @Schema(description = "Of the last 500 samples") @Nullable Interval recent,
      @Schema(description = "What decay is judged against; absent until it is known")
          @Nullable Double baseline,
      @Schema(
              description = "What the baseline is the recall of",
              allowableValues = {"build", "first-samples"})
          @Nullable String baselineOf,
      @Schema(description = "Whether recall has fallen below the baseline and not come back")
          boolean decayed,
      @Schema(description = "By the share of the items that the query's filter lets through")
          Map<String, Interval> bySelectivity) {

    static OfGeneration of(RecallReport.OfGeneration report) {
      Map<String, Interval> bySelectivity = new LinkedHashMap<>();
      report.bySelectivity().forEach((label, i) -> bySelectivity.put(label, Interval.of(i)));
      boolean known = report.baseline().isPresent();
      return new OfGeneration(
          report.generation(),
          Interval.ofNullable(report.overall()),
          Interval.ofNullable(report.recent()),
          known ? report.baseline().getAsDouble() : null,
          known ? (report.measuredByBuild() ? "build" : "first-samples") : null,
          report.decayed(),
          bySelectivity);
    }
  }

  /// A mean recall and its 95 % interval.
  ///
  /// @param samples queries
  @Serdeable
  @Schema(
      name = "RecallInterval",
      description = "Mean recall@k, k being each query's, and its 95 % interval")
  public record Interval(
      long samples,
      @Schema(example = "0.973") double recall,
      @Schema(example = "0.968") double lower,
      @Schema(example = "0.977") double upper) {

    static Interval of(RecallInterval interval) {
      return new Interval(interval.samples(), interval.mean(), interval.lower(), interval.upper());
    }

    static @Nullable Interval ofNullable(@Nullable RecallInterval interval) {
      return interval == null ? null : of(interval);
    }
  }

  static RecallResponse of(RecallReport report) {
    Map<String, Long> outcomes = new TreeMap<>();
    report.outcomes().forEach((outcome, count) -> outcomes.put(outcome.label(), count));
    return new RecallResponse(
        report.share(),
        outcomes,
        report.waiting(),
        report.cpuSeconds(),
        report.generations().stream().map(OfGeneration::of).toList());
  }
}
