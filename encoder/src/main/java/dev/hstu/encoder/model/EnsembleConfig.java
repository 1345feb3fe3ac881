package dev.hstu.encoder.model;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The shapes of an ensemble: several networks over the same items that read the same events. Its
/// embeddings are theirs side by side, so `D` is the sum of theirs ([EnsembleModel]).
///
/// @param members in the order of their values in an embedding, 2..[#MAX_MEMBERS]; architecture,
///     widths and depths are each one's own
public record EnsembleConfig(List<NetworkConfig> members) implements ModelConfig {

  /// Bound on members: memory and time of a model are theirs added up, and past some ten of them
  /// each adds next to nothing to the quality of the mean.
  public static final int MAX_MEMBERS = 16;

  /// @throws IllegalArgumentException naming the first value that a member has otherwise
  public EnsembleConfig {
    members = List.copyOf(members);
    if (members.size() < 2 || members.size() > MAX_MEMBERS) {
      throw new IllegalArgumentException(
          "members=%d must be within 2..%d; one network alone is a model without an ensemble"
              .formatted(members.size(), MAX_MEMBERS));
    }
    requireEqual(members, "items", ModelConfig::items);
    requireEqual(members, "maxEvents", ModelConfig::maxEvents);
    requireEqual(members, "windowHop", ModelConfig::windowHop);
    requireSameFeatures(members);
  }

  private static void requireEqual(
      List<NetworkConfig> members, String name, Function<ModelConfig, Object> value) {
    Object expected = value.apply(members.getFirst());
    for (int i = 1; i < members.size(); i++) {
      Object other = value.apply(members.get(i));
      if (!other.equals(expected)) {
        throw new IllegalArgumentException(
            "%s=%s of member %d must be %s as that of member 1; train all members on one data set with one window"
                .formatted(name, other, i + 1, expected));
      }
    }
  }

  private static void requireSameFeatures(List<NetworkConfig> members) {
    ModelFeatures expected = members.getFirst().features();
    for (int i = 1; i < members.size(); i++) {
      ModelFeatures other = members.get(i).features();
      if (!other.equals(expected)) {
        throw new IllegalArgumentException(
            "%s of member %d must be those of member 1, %s, one by one; train all members with the same features"
                .formatted(inWords(other), i + 1, inWords(expected)));
      }
    }
  }

  private static String inWords(ModelFeatures features) {
    return "%d labels, %d actions, %d series values"
        .formatted(features.labelRows(), features.actions().size(), features.seriesRows());
  }

  @Override
  public int items() {
    return members.getFirst().items();
  }

  @Override
  public int maxEvents() {
    return members.getFirst().maxEvents();
  }

  @Override
  public int embeddingDim() {
    return members.stream().mapToInt(ModelConfig::embeddingDim).sum();
  }

  @Override
  public int windowHop() {
    return members.getFirst().windowHop();
  }

  @Override
  public ModelFeatures features() {
    return members.getFirst().features();
  }

  @Override
  public boolean readsTimes() {
    return members.stream().anyMatch(ModelConfig::readsTimes);
  }

  @Override
  public List<NetworkConfig> networks() {
    return members;
  }

  @Override
  public EnsembleConfig withItems(int count) {
    return new EnsembleConfig(members.stream().map(member -> member.withItems(count)).toList());
  }

  @Override
  public String inWords() {
    return "D=%d, an ensemble of %d networks (%s)"
        .formatted(
            embeddingDim(),
            members.size(),
            members.stream()
                .map(ModelConfig::inWords)
                .distinct()
                .collect(Collectors.joining("; ")));
  }

  /// What every value of a member's unit embedding is multiplied with, `1 / √M`, so that the whole
  /// has unit norm.
  public float scale() {
    return (float) (1 / Math.sqrt(members.size()));
  }
}
