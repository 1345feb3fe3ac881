package dev.hstu.retrieval.evaluate;

import static java.util.Comparator.naturalOrder;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a model was trained on, kept as `training.json` beside its weights so that an evaluation
/// can tell whether the model has seen the answers. Not part of the model's fingerprint. What only
/// the training itself knows is null, and left out of the file, for a model trained elsewhere.
///
/// @param preset the recipe's name
/// @param dataFingerprint of the prepared-data folder
/// @param holdOut newest events of each user that training did not see
/// @param seed of the run
/// @param epoch whose weights were kept
/// @param epochs that were run
/// @param selection how the epoch was chosen, or [#EXTERNAL]
/// @param members networks of an ensemble, of which `seed` is the first one's; null for one network
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingRecord(
    @JsonProperty("preset") @Nullable String preset,
    @JsonProperty("data_fingerprint") String dataFingerprint,
    @JsonProperty("hold_out") @Nullable Integer holdOut,
    @JsonProperty("seed") @Nullable Long seed,
    @JsonProperty("epoch") @Nullable Integer epoch,
    @JsonProperty("epochs") @Nullable Integer epochs,
    @JsonProperty("selection") String selection,
    @JsonProperty("members") @Nullable Integer members) {

  /// The selection of a model that was trained elsewhere.
  public static final String EXTERNAL = "external";

  static final String FILE = "training.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  public TrainingRecord {
    if (!selection.equals(EXTERNAL) && holdOut == null) {
      throw new IllegalArgumentException(
          "hold_out=null must be a number unless selection is '%s', and it is '%s'"
              .formatted(EXTERNAL, selection));
    }
  }

  /// The record of one network.
  public TrainingRecord(
      @Nullable String preset,
      String dataFingerprint,
      @Nullable Integer holdOut,
      @Nullable Long seed,
      @Nullable Integer epoch,
      @Nullable Integer epochs,
      String selection) {
    this(preset, dataFingerprint, holdOut, seed, epoch, epochs, selection, null);
  }

  /// The record of an ensemble of models with these records. It has seen what any member has; what
  /// differs between members is in none of them and left out.
  ///
  /// @throws IllegalArgumentException when members were trained on different data, of which one
  ///     record can't tell what was seen
  public static TrainingRecord ofMembers(List<TrainingRecord> records) {
    TrainingRecord first = records.getFirst();
    for (TrainingRecord record : records) {
      if (!record.dataFingerprint.equals(first.dataFingerprint)) {
        throw new IllegalArgumentException(
            "members were trained on different data, %.12s and %.12s; train all on one data set"
                .formatted(first.dataFingerprint, record.dataFingerprint));
      }
    }
    boolean known = records.stream().allMatch(TrainingRecord::knowsHoldOut);
    return new TrainingRecord(
        shared(records, TrainingRecord::preset),
        first.dataFingerprint,
        known
            ? records.stream().map(TrainingRecord::holdOut).min(naturalOrder()).orElse(null)
            : null,
        first.seed,
        shared(records, TrainingRecord::epoch),
        shared(records, TrainingRecord::epochs),
        known
            ? records.stream().map(TrainingRecord::selection).distinct().collect(joining(" and "))
            : EXTERNAL,
        records.stream().mapToInt(TrainingRecord::networks).sum());
  }

  private int networks() {
    return members == null ? 1 : members;
  }

  private static <T> @Nullable T shared(
      List<TrainingRecord> records, Function<TrainingRecord, @Nullable T> value) {
    T first = value.apply(records.getFirst());
    return records.stream().allMatch(record -> Objects.equals(value.apply(record), first))
        ? first
        : null;
  }

  /// The record of a model trained elsewhere.
  ///
  /// @param dataFingerprint of the prepared data it is said to have been trained on
  public static TrainingRecord external(String dataFingerprint) {
    return new TrainingRecord(null, dataFingerprint, null, null, null, null, EXTERNAL);
  }

  /// The record as a companion of its model, by file name.
  public Map<String, byte[]> companion() {
    try {
      return Map.of(FILE, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of texts and numbers is always JSON", e);
    }
  }

  /// Reads the record of a model folder; one written before there were records has none.
  public static Optional<TrainingRecord> read(Path modelFolder) throws IOException {
    Path file = modelFolder.resolve(FILE);
    return Files.exists(file)
        ? Optional.of(JSON.readValue(Files.readAllBytes(file), TrainingRecord.class))
        : Optional.empty();
  }

  /// For reports, e.g. `preset small, seed 42, epoch 7 of 10 by last epoch, hold-out 1`.
  String inWords() {
    String which = members == null ? "" : "%d members, ".formatted(members);
    return selection.equals(EXTERNAL)
        ? "%strained elsewhere, said to be on %.12s".formatted(which, dataFingerprint)
        : "%spreset %s, seed %s%s, epoch %s of %s by %s, hold-out %s, data %.12s"
            .formatted(
                which,
                orSeveral(preset),
                seed,
                members == null ? "" : " of the first",
                orSeveral(epoch),
                orSeveral(epochs),
                selection,
                holdOut,
                dataFingerprint);
  }

  private static String orSeveral(@Nullable Object value) {
    return value == null ? "of its own each" : value.toString();
  }

  /// Whether it is known what training did not see.
  public boolean knowsHoldOut() {
    return holdOut != null;
  }

  /// Whether training surely saw this protocol's targets on the same data, so that a measurement
  /// would only show what the model remembers.
  public boolean sawTargets(String evaluatedData, LeaveOneOut.Target target) {
    return knowsHoldOut() && dataFingerprint.equals(evaluatedData) && !heldOut(target);
  }

  /// Whether training is known to have kept this protocol's targets of its own data apart.
  public boolean heldOut(LeaveOneOut.Target target) {
    return holdOut != null && holdOut >= target.eventsHeldOut();
  }
}
