package dev.hstu.benchmarks.coldstart;

import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdTableBuilder;
import dev.hstu.kernels.tables.IdType;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Items of prepared data split into those a training may know and those it may not. Catalogue rows
/// are 0-based, as in the data's own table.
///
/// @param warmRow row of each catalogue row among the known items, or -1
/// @param vocabulary ids of the known items
/// @param log without any event of the others, in rows of `vocabulary`
record HeldOutItems(int[] warmRow, IdTable vocabulary, InteractionLog log) {

  /// Draws the items to hold out among those that have a label.
  ///
  /// @param share of them
  static HeldOutItems draw(PreparedData data, String column, double share, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    AttributeTable attributes = data.attributes();
    int[] warmRow = new int[data.items().size()];
    IdTableBuilder ids = new IdTableBuilder(data.items().type());
    for (int row = 0; row < warmRow.length; row++) {
      boolean held = !attributes.labels(column, row).isEmpty() && random.nextDouble() < share;
      warmRow[row] = held ? -1 : add(ids, data.items(), row);
    }
    return new HeldOutItems(warmRow, ids.build(), without(data.log(), warmRow));
  }

  private static int add(IdTableBuilder builder, IdTable ids, int row) {
    return ids.type() == IdType.INT64 ? builder.add(ids.longAt(row)) : builder.add(ids.idAt(row));
  }

  private static InteractionLog without(InteractionLog log, int[] warmRow) {
    long[] offsets = new long[log.users() + 1];
    int[] items = new int[log.events()];
    long[] times = new long[log.events()];
    float[] actions = new float[log.events()];
    int kept = 0;
    for (int user = 0; user < log.users(); user++) {
      for (int e = log.start(user); e < log.start(user) + log.length(user); e++) {
        int row = warmRow[log.items()[e] - 1];
        if (row >= 0) {
          items[kept] = row + 1;
          times[kept] = log.times()[e];
          actions[kept++] = log.actions()[e];
        }
      }
      offsets[user + 1] = kept;
    }
    return new InteractionLog(
        offsets,
        Arrays.copyOf(items, kept),
        Arrays.copyOf(times, kept),
        Arrays.copyOf(actions, kept));
  }

  boolean isHeldOut(int row) {
    return warmRow[row] < 0;
  }

  /// Catalogue row of each known item.
  int[] catalogueRows() {
    int[] rows = new int[vocabulary.size()];
    for (int row = 0; row < warmRow.length; row++) {
      if (warmRow[row] >= 0) {
        rows[warmRow[row]] = row;
      }
    }
    return rows;
  }
}
