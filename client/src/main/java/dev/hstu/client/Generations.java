package dev.hstu.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The generations, the youngest first. The service leaves empty lists out.
///
/// @param current the published one
/// @param previous where a rollback goes
/// @param serving what answers requests; differs from `current` while that is being opened
/// @param more older ones than those listed
public record Generations(
    @Nullable String current,
    @Nullable String previous,
    @Nullable String serving,
    List<Generation> generations,
    int more) {

  public Generations {
    generations = generations == null ? List.of() : List.copyOf(generations);
  }

  /// One generation.
  ///
  /// @param state `current`, `previous`, `ready`, `damaged` or `unfinished`
  /// @param problem why it is damaged; there are no contents then
  public record Generation(
      String id, String state, @Nullable String problem, @Nullable Contents contents) {}

  /// What a whole generation holds.
  ///
  /// @param createdAt ISO 8601
  /// @param ids `int64` or `utf8`
  /// @param model fingerprint
  /// @param bytes of all files
  /// @param evaluation figures by name
  public record Contents(
      String createdAt,
      long ageSeconds,
      @Nullable String parent,
      long items,
      String ids,
      int dimension,
      String model,
      String index,
      int shards,
      long bytes,
      Map<String, Double> evaluation) {

    public Contents {
      evaluation = evaluation == null ? Map.of() : Map.copyOf(evaluation);
    }

    /// When it was built.
    public Instant created() {
      return Instant.parse(createdAt);
    }
  }

  /// One generation and the publish gate's verdict on it.
  public record Details(Generation generation, @Nullable Verdict verdict) {}

  /// What the publish gate found.
  ///
  /// @param summary the whole in one sentence
  public record Verdict(boolean passed, String summary) {}

  /// What a publication or a rollback led to.
  ///
  /// @param current the generation that is published now; null while the service still checks,
  ///     which [RetrievalClient#generation] then tells the end of
  /// @param forced whether against the gate's verdict
  public record Publication(@Nullable String current, boolean forced) {}
}
