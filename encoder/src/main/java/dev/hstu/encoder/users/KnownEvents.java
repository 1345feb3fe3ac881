package dev.hstu.encoder.users;

import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.kernels.tables.IdTable;
import java.util.Arrays;

/// The events of prepared data whose items a model knows, in the model's own item rows.
final class KnownEvents {

  private KnownEvents() {}

  /// The data's log itself where the two number their items alike, as they do when the model was
  /// trained on that data; otherwise a copy without the events of items the model lacks. Series are
  /// those that the model reads.
  static InteractionLog of(PreparedData data, IdTable vocabulary, ModelFeatures features) {
    int[] rows = new int[data.items().size() + 1];
    boolean alike = true;
    for (int item = 1; item < rows.length; item++) {
      rows[item] = vocabulary.rowOf(data.items().idAt(item - 1)) + 1;
      alike &= rows[item] == item;
    }
    InteractionLog log = alike ? data.log() : relabelled(data.log(), rows);
    return log.withSeries(
        data.log().series().in(features.series(), data.items().size(), vocabulary.size()));
  }

  private static InteractionLog relabelled(InteractionLog log, int[] rows) {
    long[] offsets = new long[log.users() + 1];
    int[] items = new int[log.events()];
    long[] times = new long[log.events()];
    float[] actions = new float[log.events()];
    int known = 0;
    for (int user = 0; user < log.users(); user++) {
      for (int e = log.start(user); e < log.start(user) + log.length(user); e++) {
        int row = rows[log.items()[e]];
        if (row != 0) {
          items[known] = row;
          actions[known] = log.actions()[e];
          times[known++] = log.times()[e];
        }
      }
      offsets[user + 1] = known;
    }
    return new InteractionLog(
        offsets,
        Arrays.copyOf(items, known),
        Arrays.copyOf(times, known),
        Arrays.copyOf(actions, known));
  }
}
