package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hstu.retrieval.gate.CheckResult;
import dev.hstu.retrieval.gate.GateVerdict;
import dev.hstu.retrieval.gate.VerdictWords;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the publish gate found, on the wire.
///
/// @param live the generation it was compared with, absent for none
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Verdict", description = "What the publish gate found")
public record VerdictReport(
    String generation,
    @Nullable String live,
    boolean passed,
    @Schema(description = "The whole in one sentence") String summary,
    Instant judgedAt,
    double seconds,
    @Schema(description = "Why some figures may flatter either model") List<String> cautions,
    List<Question> checks,
    @Schema(description = "The numbers behind the checks, by name") Map<String, Double> figures) {

  /// The answer to one question.
  ///
  /// @param mend what to do about it, with what warns or blocks
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  @Schema(name = "Check", description = "The answer to one question of the gate")
  public record Question(
      @Schema(example = "hit-rate@100") String check,
      @Schema(allowableValues = {"passed", "warns", "BLOCKS", "skipped"}) String result,
      @Schema(
              description = "Absent where there is nothing to measure",
              requiredMode = Schema.RequiredMode.NOT_REQUIRED)
          String measured,
      @Schema(
              description = "What is asked, with the setting that says so; absent where skipped",
              requiredMode = Schema.RequiredMode.NOT_REQUIRED)
          String bound,
      @Schema(description = "What was found, and what to do about it") String sentence) {

    static Question of(CheckResult result) {
      return new Question(
          result.check(),
          VerdictWords.outcome(result),
          VerdictWords.measured(result),
          VerdictWords.bound(result),
          VerdictWords.sentence(result));
    }
  }

  static VerdictReport of(GateVerdict verdict) {
    return new VerdictReport(
        verdict.generation(),
        verdict.live(),
        verdict.passed(),
        verdict.summary(),
        verdict.judgedAt(),
        verdict.seconds(),
        verdict.cautions(),
        verdict.results().stream().map(Question::of).toList(),
        verdict.figures());
  }
}
