package dev.hstu.encoder.model;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.kernels.storage.ContentDigest;
import dev.hstu.kernels.tables.IdTable;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Several networks as one model, whose score is the mean of theirs: networks trained from
/// different initial values err in different places, and their mean errs less than each.
///
/// User embeddings and item vectors are the members' unit vectors side by side, divided by `√M`:
/// the whole has unit norm, and an inner product of two is the mean of the members' inner products.
/// So whatever takes a model's vectors (an index, a gate, a cache) takes an ensemble's.
public final class EnsembleModel extends Model {

  private final EnsembleConfig config;
  private final List<NetworkModel> members;

  /// @param members in the order of their values in an embedding; over the same vocabulary and
  ///     clock
  /// @throws IllegalArgumentException naming what differs
  public EnsembleModel(List<NetworkModel> members) {
    super(clockOf(members), members.getFirst().vocabulary());
    this.config = new EnsembleConfig(members.stream().map(NetworkModel::config).toList());
    this.members = List.copyOf(members);
    for (int i = 1; i < members.size(); i++) {
      requireSameIds(vocabulary(), members.get(i).vocabulary(), i + 1);
    }
  }

  private static Clock clockOf(List<NetworkModel> members) {
    if (members.isEmpty()) {
      throw new IllegalArgumentException("members=0 must be at least 2");
    }
    Clock clock = members.getFirst().clock();
    for (int i = 1; i < members.size(); i++) {
      Clock other = members.get(i).clock();
      if (!other.equals(clock)) {
        throw new IllegalArgumentException(
            "clock=%s of member %d must be %s as that of member 1; train all members on one data set"
                .formatted(other.spec(), i + 1, clock.spec()));
      }
    }
    return clock;
  }

  private static void requireSameIds(IdTable ids, IdTable other, int member) {
    boolean same =
        ids == other
            || ids.type() == other.type() && ids.size() == other.size() && ids.startsWith(other);
    if (!same) {
      throw new IllegalArgumentException(
          "the vocabulary of member %d, %d ids of type %s, is not that of member 1, %d of type %s in their order; train all members on one data set"
              .formatted(member, other.size(), other.type(), ids.size(), ids.type()));
    }
  }

  @Override
  public EnsembleConfig config() {
    return config;
  }

  @Override
  public List<NetworkModel> networks() {
    return members;
  }

  @Override
  public void copyItemVector(long item, float[] target, int offset) {
    int from = offset;
    for (NetworkModel member : members) {
      member.copyItemVector(item, target, from);
      from += member.config().embeddingDim();
    }
    scale(target, offset, from);
  }

  @Override
  public double embeddingNorm(long item) {
    double squares = 0;
    for (NetworkModel member : members) {
      double norm = member.embeddingNorm(item);
      squares += norm * norm;
    }
    return Math.sqrt(squares / members.size());
  }

  @Override
  public Optional<float[]> vectorOfLabels(Function<String, List<String>> labels) {
    float[] vector = new float[config.embeddingDim()];
    int from = 0;
    for (NetworkModel member : members) {
      Optional<float[]> part = member.vectorOfLabels(labels);
      if (part.isEmpty()) {
        return Optional.empty(); // members know the same labels
      }
      System.arraycopy(part.get(), 0, vector, from, part.get().length);
      from += part.get().length;
    }
    scale(vector, 0, from);
    return Optional.of(vector);
  }

  private void scale(float[] values, int from, int to) {
    float scale = config.scale();
    for (int i = from; i < to; i++) {
      values[i] *= scale;
    }
  }

  @Override
  public String computeFingerprint() {
    ContentDigest digest = new ContentDigest();
    digest.add("hstu.ensemble").add((long) members.size());
    members.forEach(member -> digest.add(member.fingerprint()));
    return digest.hex();
  }
}
