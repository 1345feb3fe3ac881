package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.admission.StepCosts;
import dev.hstu.retrieval.retrieve.AnswerQuality;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What an answer did without, and what that costs.
///
/// @param step above 0
/// @param name of the step, as settings name it
/// @param staleSeconds at step 3 only
/// @param hr100Cost as the generation's build measured it, null where it didn't
/// @param recall100Cost as the generation's build measured it, null where it didn't
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
    name = "Quality",
    description = "Set when the answer was made cheaper, since there was too much load")
public record QualityReport(
    @Schema(
            description =
                "1: a smaller search; 2: the newest events only, too; 3: a user embedding past its"
                    + " expiry; 4: the popular items",
            minimum = "1",
            maximum = "4")
        int step,
    @Schema(
            description = "The step's name",
            allowableValues = {"smaller-search", "shorter-history", "stale-embedding", "popular"})
        String name,
    @Schema(description = "At step 3: how many seconds past its expiry the user embedding is")
        @Nullable Long staleSeconds,
    @Schema(
            description =
                "By how much HR@100 is lower at this step, measured when the generation was built;"
                    + " absent where it was not, or with other settings of the step",
            example = "0.0123")
        @Nullable Double hr100Cost,
    @Schema(
            description =
                "By how much the mean share of the exact first 100 that is returned is lower at"
                    + " this step, measured when the generation was built; absent where it was not,"
                    + " or with other settings of the step",
            example = "0.1034")
        @Nullable Double recall100Cost) {

  private static final double TEN_THOUSAND = 10_000;

  /// The report, or null for a full answer.
  static @Nullable QualityReport of(AnswerQuality quality, StepCosts costs) {
    QualityStep step = quality.step();
    if (step == QualityStep.FULL) {
      return null;
    }
    Optional<StepCosts.Quality> cost = costs.cost(step);
    return new QualityReport(
        step.number(),
        step.label(),
        step == QualityStep.STALE_EMBEDDING ? quality.staleSeconds() : null,
        cost.map(c -> rounded(c.hitRate())).orElse(null),
        cost.map(c -> rounded(c.recall())).orElse(null));
  }

  /// Of 2,000 users no more is known.
  private static double rounded(double share) {
    return Math.round(share * TEN_THOUSAND) / TEN_THOUSAND;
  }
}
