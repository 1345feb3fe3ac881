package dev.hstu.retrieval.evaluate;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.admission.StepCosts;
import dev.hstu.retrieval.admission.StepParameters;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What one evaluation found, with everything needed to do it again.
///
/// @param model fingerprint of the model
/// @param generation id of the generation, or null where a model folder was evaluated
/// @param engine the engine that encoded the histories
/// @param dataFingerprint of the prepared-data folder
/// @param protocol in words, e.g. `leave-one-out, target = last event, request time = target`
/// @param requestTime `target` as published, or `last-event`; figures of different ones don't
///     compare
/// @param settings the model's shapes and how it was trained, in words
/// @param catalogueItems items ranked
/// @param cases users with a target
/// @param usersWithoutCase users with too few events
/// @param unknownTargets targets the model's vocabulary lacks; each counts as a miss
/// @param rankings one entry a way of ranking
/// @param slices the same over parts of the cases
/// @param lists what lists are like beside being right
/// @param training loss and score by epoch, or null where the model has none
/// @param caution why the figures may flatter the model, or null where nothing speaks against them
/// @param steps what cheaper answers under load are worth, or null where that was not measured
/// @param seconds wall time of the run
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EvaluationReport(
    String model,
    @Nullable String generation,
    String engine,
    String dataFingerprint,
    String protocol,
    String requestTime,
    Map<String, String> settings,
    int catalogueItems,
    int cases,
    int usersWithoutCase,
    int unknownTargets,
    List<Ranking> rankings,
    List<Slice> slices,
    List<ListQuality> lists,
    @Nullable TrainingCurve training,
    @Nullable String caution,
    @Nullable Steps steps,
    double seconds) {

  /// The steps of the brown-out ladder, measured.
  ///
  /// @param users they were measured on, at most
  /// @param parameters of the steps
  /// @param quality by step, that of full answers too
  public record Steps(
      int users, StepParameters parameters, Map<QualityStep, StepCosts.Quality> quality) {

    StepCosts costs() {
      return StepCosts.of(quality);
    }
  }

  /// One way of ranking, measured.
  ///
  /// @param name `exact`; `index`, asked as a service asks it; `unplanned`, the same with the
  ///     planner held to the graph or the partitions; or `popularity`
  /// @param seen what was left out of the ranking, e.g. `exclude=all`
  /// @param recall mean share of the exact top K that this ranking returns, by K; null where the
  ///     ranking is not an approximation of the exact one
  /// @param paths how many of the index's searches took which path; null where there is no index
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Ranking(
      String name,
      String seen,
      RankingMetrics.Summary metrics,
      @Nullable Map<Integer, Double> recall,
      @Nullable Map<String, Long> paths) {

    /// How many searches took which path, e.g. `searches by partitions: 2,000`.
    public String pathsInWords() {
      return paths == null
          ? "no index"
          : paths.entrySet().stream()
              .map(path -> "%s: %,d".formatted(path.getKey().replace('_', ' '), path.getValue()))
              .collect(Collectors.joining(", ", "searches by ", ""));
    }
  }

  /// The slices of the ranking nearest to what a service answers: through the index where there is
  /// one, the whole history left out where that was measured.
  public List<Slice> servedSlices() {
    String ranking = generation == null ? "exact" : "index";
    boolean all = slices.stream().anyMatch(slice -> slice.seen().equals(SeenFilter.ALL.label()));
    String seen = (all ? SeenFilter.ALL : SeenFilter.WINDOW).label();
    return slices.stream()
        .filter(slice -> slice.ranking().equals(ranking) && slice.seen().equals(seen))
        .toList();
  }

  /// The ranking of that name and filter.
  ///
  /// @throws IllegalArgumentException when it was not measured
  public Ranking ranking(String name, SeenFilter seen) {
    return rankings.stream()
        .filter(ranking -> ranking.name.equals(name) && ranking.seen.equals(seen.label()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "ranking '%s' with %s was not measured".formatted(name, seen.label())));
  }
}
