package dev.hstu.encoder.training;

import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.kernels.storage.ContentDigest;
import dev.hstu.kernels.tables.AttributeTable;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which labels each item has, as pairs of rows sorted by item. The arrays are shared, not copied.
///
/// @param items item rows `1..V`, one a pair
/// @param labels rows of the model's table of labels, one a pair
public record ItemLabels(int[] items, int[] labels) {

  /// No item has a label.
  public static final ItemLabels NONE = new ItemLabels(new int[0], new int[0]);

  public ItemLabels {
    if (items.length != labels.length) {
      throw new IllegalArgumentException(
          "%d items and %d labels must be as many; they are pairs"
              .formatted(items.length, labels.length));
    }
  }

  /// Finds the labels that a model knows.
  ///
  /// @param table row `r` belongs to item row `r + 1`
  /// @throws IllegalArgumentException when the table lacks a column of the model's
  public static ItemLabels of(AttributeTable table, ModelFeatures features) {
    List<int[]> pairs = new ArrayList<>();
    int first = 0;
    for (ModelFeatures.LabelColumn column : features.itemLabels()) {
      Map<String, Integer> rows = new HashMap<>();
      for (String label : column.labels()) {
        rows.put(label, first + rows.size());
      }
      for (int row = 0; row < table.rows(); row++) {
        for (String label : table.labels(column.name(), row)) {
          Integer known = rows.get(label);
          if (known != null) {
            pairs.add(new int[] {row + 1, known});
          }
        }
      }
      first += rows.size();
    }
    pairs.sort((a, b) -> a[0] == b[0] ? Integer.compare(a[1], b[1]) : Integer.compare(a[0], b[0]));
    return new ItemLabels(
        pairs.stream().mapToInt(pair -> pair[0]).toArray(),
        pairs.stream().mapToInt(pair -> pair[1]).toArray());
  }

  /// The same labels of items that are counted otherwise.
  ///
  /// @param rows row of each item's own, both from 0
  public ItemLabels relabelled(int[] rows) {
    return new ItemLabels(Arrays.stream(items).map(item -> rows[item - 1] + 1).toArray(), labels);
  }

  /// Whether there is no pair at all.
  public boolean isEmpty() {
    return items.length == 0;
  }

  /// The weights with each item's labels added to its own embedding: those of a finished model.
  ModelWeights folded(ModelWeights own) {
    return isEmpty() ? own : added(own, 1);
  }

  /// The weights with each item's labels taken out again.
  ModelWeights unfolded(ModelWeights model) {
    return isEmpty() ? model : added(model, -1);
  }

  private ModelWeights added(ModelWeights weights, int sign) {
    float[] table = weights.itemEmbeddings().toArray(ModelWeights.FLOAT);
    float[] rows = weights.labelEmbeddings();
    int d = weights.embeddingDim();
    for (int pair = 0; pair < items.length; pair++) {
      for (int c = 0; c < d; c++) {
        table[items[pair] * d + c] += sign * rows[labels[pair] * d + c];
      }
    }
    return weights.withItems(MemorySegment.ofArray(table));
  }

  void digest(ContentDigest digest) {
    for (int pair = 0; pair < items.length; pair++) {
      digest.add((long) items[pair]).add((long) labels[pair]);
    }
  }
}
