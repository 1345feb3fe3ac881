package dev.hstu.retrieval.evaluate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a training went, epoch by epoch, kept as `training-curve.json` beside the model. Not part of
/// its fingerprint.
///
/// @param points ascending by epoch; an epoch that a resumed training did again stands once; empty
///     for an ensemble
/// @param members of an ensemble, each with its own curve; empty for one network
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record TrainingCurve(List<Point> points, List<TrainingCurve> members) {

  static final String FILE = "training-curve.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  /// One epoch.
  ///
  /// @param epoch from 1
  /// @param loss mean over its steps
  /// @param score NDCG@100 on the validation event, or null where nobody looked
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Point(int epoch, double loss, @Nullable Double score) {}

  public TrainingCurve(
      @JsonProperty("points") @Nullable List<Point> points,
      @JsonProperty("members") @Nullable List<TrainingCurve> members) {
    this.points = points == null ? List.of() : List.copyOf(points);
    this.members = members == null ? List.of() : List.copyOf(members);
  }

  /// The curve of one network.
  public static TrainingCurve of(List<Point> points) {
    return new TrainingCurve(points, null);
  }

  /// The curve of an ensemble; those of ensembles among its members stand side by side.
  public static TrainingCurve ofMembers(List<TrainingCurve> curves) {
    return new TrainingCurve(null, curves.stream().flatMap(c -> c.networks().stream()).toList());
  }

  /// The curves of the networks, one or one a member.
  List<TrainingCurve> networks() {
    return members.isEmpty() ? List.of(this) : members;
  }

  /// The curve as a companion of its model, by file name.
  public Map<String, byte[]> companion() {
    try {
      return Map.of(FILE, JSON.writeValueAsBytes(this));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a list of numbers is always JSON", e);
    }
  }

  /// Reads the curve of a model folder; one trained elsewhere has none.
  public static Optional<TrainingCurve> read(Path modelFolder) throws IOException {
    Path file = modelFolder.resolve(FILE);
    return Files.exists(file)
        ? Optional.of(JSON.readValue(Files.readAllBytes(file), TrainingCurve.class))
        : Optional.empty();
  }
}
