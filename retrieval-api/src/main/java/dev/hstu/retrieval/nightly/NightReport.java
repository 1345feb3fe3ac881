package dev.hstu.retrieval.nightly;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// What a run of a night tells: `report.json`, and the source of the page and the table.
///
/// @param night its id
/// @param state `published`, `failed` or `interrupted`
/// @param generation what the night published, if it did
/// @param serving the current generation now, null where none ever was
/// @param failedStep where the night failed or broke off
/// @param reason why
/// @param previous the night gone on from
/// @param resumed whether an earlier run had begun the night
/// @param steps done, by this run and earlier ones
/// @param expectedSeconds by step, as planned
/// @param seconds of this run
/// @param diskBytes of work folder and generations
/// @param diskBudgetBytes `disk`
/// @param heapBytes most the heap may grow to
/// @param ramBudgetBytes `ram`
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NightReport(
    String night,
    String state,
    @Nullable String generation,
    @Nullable String serving,
    @Nullable NightStep failedStep,
    @Nullable String reason,
    @Nullable String previous,
    boolean resumed,
    List<FinishedStep> steps,
    SortedMap<NightStep, Double> expectedSeconds,
    double seconds,
    long diskBytes,
    long diskBudgetBytes,
    long heapBytes,
    long ramBudgetBytes) {

  static final String PUBLISHED = "published";
  static final String FAILED = "failed";
  static final String INTERRUPTED = "interrupted";

  /// The report as JSON, with the keys of `report.json`.
  public JsonNode document() {
    return NightJournal.document(this);
  }

  /// The night in one sentence.
  public String summary() {
    String still =
        serving == null
            ? "nothing is published"
            : "generation %s goes on serving".formatted(serving);
    return switch (state) {
      case PUBLISHED -> "night %s published generation %s".formatted(night, generation);
      case FAILED -> "night %s failed%s: %s; %s".formatted(night, at(), reason, still);
      default ->
          "night %s broke off%s: %s; the next run goes on with it; %s"
              .formatted(night, at(), reason, still);
    };
  }

  private String at() {
    return failedStep == null ? "" : " at " + failedStep.label();
  }

  /// One line on what a step did.
  public static String about(FinishedStep step) {
    return switch (step.step()) {
      case IMPORT ->
          "%,.0f events (%,.0f new) of %,.0f users on %,.0f items (%,.0f new); %,.0f duplicates and %,.0f bad rows dropped"
              .formatted(
                  step.figure(ImportWork.EVENTS),
                  step.figure(ImportWork.NEW_EVENTS),
                  step.figure(ImportWork.USERS),
                  step.figure(ImportWork.ITEMS),
                  step.figure(ImportWork.NEW_ITEMS),
                  step.figure("duplicates"),
                  step.figure(ImportWork.DROPPED));
      case TRAIN ->
          "%,.0f items (%,.0f new, %,.0f left out), %,.0f epochs, loss %.4f"
              .formatted(
                  step.figure(TrainWork.ITEMS),
                  step.figure(TrainWork.NEW_ITEMS),
                  step.figure(TrainWork.LEFT_OUT),
                  step.figure(TrainWork.EPOCHS),
                  step.figure("loss"));
      case EMBED ->
          "%,.0f vectors of dimension %.0f"
              .formatted(step.figure(TrainWork.ITEMS), step.figure("dimension"));
      case BUILD ->
          "%s of %,.0f items, %s%s"
              .formatted(
                  step.output(GenerationWork.GENERATION),
                  step.figure(TrainWork.ITEMS),
                  Amounts.bytes(step.figure("bytes")),
                  hitRates(step));
      case GATE -> step.output(GateWork.VERDICT);
      case PUBLISH -> step.output("current");
      case PRUNE ->
          "%.0f generations and the work of %.0f nights deleted"
              .formatted(step.figure("generations"), step.figure("nights"));
    };
  }

  private static String hitRates(FinishedStep build) {
    String prefix = "index.exclude=all.hr@";
    return build.figures().containsKey(prefix + 100)
        ? "; HR@100 %.4f, HR@500 %.4f"
            .formatted(build.figure(prefix + 100), build.figure(prefix + 500))
        : "";
  }
}
