package dev.hstu.retrieval.gate;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the gate found about one generation.
///
/// @param generation the one judged
/// @param live the one that was current meanwhile, null where there was none to compare with
/// @param judgedAt UTC
/// @param cautions why some figures may flatter either model, perhaps none
/// @param results one a question, in the order asked; copied
/// @param figures the numbers behind them by name, e.g. `hit-rate@100` and `live.hit-rate@100`;
///     copied
/// @param seconds wall time of the judgement
public record GateVerdict(
    String generation,
    @Nullable String live,
    Instant judgedAt,
    List<String> cautions,
    List<CheckResult> results,
    SortedMap<String, Double> figures,
    double seconds) {

  public GateVerdict {
    cautions = List.copyOf(cautions);
    results = List.copyOf(results);
    figures = Collections.unmodifiableSortedMap(new TreeMap<>(figures));
  }

  /// Whether nothing speaks against publishing.
  public boolean passed() {
    return blocked().isEmpty();
  }

  /// The reasons not to publish, in the order found.
  public List<CheckResult.Blocked> blocked() {
    return results.stream()
        .filter(CheckResult.Blocked.class::isInstance)
        .map(CheckResult.Blocked.class::cast)
        .toList();
  }

  /// The result of one check, if it was asked.
  public Optional<CheckResult> result(String check) {
    return results.stream().filter(result -> result.check().equals(check)).findFirst();
  }

  /// The whole in one sentence.
  public String summary() {
    if (passed()) {
      long warnings = results.stream().filter(CheckResult.Warned.class::isInstance).count();
      return "generation %s may be published: %d checks, none blocks it, %d warn"
          .formatted(generation, results.size(), warnings);
    }
    return "generation %s is blocked by %s"
        .formatted(
            generation,
            String.join(", ", blocked().stream().map(CheckResult.Blocked::check).toList()));
  }
}
