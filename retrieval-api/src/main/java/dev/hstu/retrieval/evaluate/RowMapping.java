package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.SeriesColumn;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.kernels.tables.IdTable;
import java.util.Arrays;

/// Rows of a prepared-data folder to rows of another vocabulary, by external id. The two are
/// the same when the model was trained on that folder, and differ after a nightly import.
public final class RowMapping {

  private final int[] targetOf;

  private RowMapping(int[] targetOf) {
    this.targetOf = targetOf;
  }

  /// Maps rows `1..from.size()` to rows `1..to.size()`.
  public static RowMapping between(IdTable from, IdTable to) {
    int[] targetOf = new int[from.size() + 1];
    for (int row = 0; row < from.size(); row++) {
      targetOf[row + 1] = to.rowOf(from.idAt(row)) + 1;
    }
    return new RowMapping(targetOf);
  }

  /// Maps the rows of data to those of a model: its items, and behind them the values of the series
  /// it reads.
  ///
  /// @param log whose rows are those of `items`
  public static RowMapping between(IdTable items, InteractionLog log, Model model) {
    RowMapping plain = between(items, model.vocabulary());
    int[] series =
        SeriesColumn.rowsOf(
            log.series().columns(), model.config().features().series(), model.vocabulary().size());
    int[] targetOf = Arrays.copyOf(plain.targetOf, plain.targetOf.length + series.length);
    System.arraycopy(series, 0, targetOf, plain.targetOf.length, series.length);
    return new RowMapping(targetOf);
  }

  /// The row of the other vocabulary, or 0 where it lacks the item.
  public int map(int item) {
    return targetOf[item];
  }

  /// The history in the other vocabulary, without events of items and values of series it lacks.
  public UserHistory map(UserHistory history) {
    int[] items = new int[history.length()];
    long[] times = new long[history.length()];
    float[] actions = new float[history.actions().length];
    int kept = 0;
    for (int e = 0; e < history.length(); e++) {
      int item = targetOf[history.items()[e]];
      if (item != 0) {
        items[kept] = item;
        if (actions.length > 0) {
          actions[kept] = history.actions()[e];
        }
        times[kept++] = history.times()[e];
      }
    }
    return new UserHistory(
        Arrays.copyOf(items, kept),
        Arrays.copyOf(times, kept),
        Arrays.copyOf(actions, Math.min(actions.length, kept)),
        history.requestTime(),
        history.series().mapped(targetOf));
  }
}
