package dev.hstu.encoder.training;

import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdType;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The state before the first step: drawn, or a model's with rows for the items it doesn't know.
final class FirstState {

  private final NetworkConfig config;
  private final TableOptimizer tableOptimizer;
  private final RandomStreams random;

  private FirstState(TrainingSettings settings) {
    this.config = settings.model();
    this.tableOptimizer = settings.optimizer().table();
    this.random = new RandomStreams(settings.seed());
  }

  /// @throws IllegalArgumentException when a model to start from has other shapes, another clock,
  ///     items that the data lack or moments of another [TableOptimizer]
  static Optimisation.State of(TrainingStart start, TrainingSettings settings, TrainingData data) {
    FirstState first = new FirstState(settings);
    return switch (start) {
      case TrainingStart.Anew() -> first.drawn();
      case TrainingStart.From(NetworkModel model, Optional<TrainingState> state) ->
          first.grown(model, state, data);
    };
  }

  private Optimisation.State drawn() {
    return withoutMoments(InitialWeights.draw(config, random.initialWeights()));
  }

  private Optimisation.State withoutMoments(ModelWeights weights) {
    int columns = tableOptimizer.momentColumns(config.embeddingDim());
    return Optimisation.State.beginning(
        weights,
        WeightGroups.zerosLike(config, weights),
        WeightGroups.zerosLike(config, weights, columns));
  }

  private Optimisation.State grown(
      NetworkModel model, Optional<TrainingState> state, TrainingData data) {
    requireSameShapes(model, data);
    int[] known = knownRows(model.vocabulary(), data.vocabulary());
    ModelWeights own = data.labels().unfolded(grown(model.weights(), known, config.embeddingDim()));
    float[] table = own.itemEmbeddings().toArray(ModelWeights.FLOAT);
    InitialWeights.drawItems(
        table, config.embeddingDim(), row -> known[row] < 0, random.newItems());
    ModelWeights weights = withItems(own, table);
    if (state.isEmpty()) {
      return withoutMoments(weights);
    }
    int columns = requireColumns(model.config(), state.get().secondMoments());
    return Optimisation.State.beginning(
        weights,
        grown(state.get().firstMoments(), known, config.embeddingDim()),
        grown(state.get().secondMoments(), known, columns));
  }

  private ModelWeights grown(ModelWeights values, int[] known, int columns) {
    return withItems(values, table(values.itemEmbeddings(), known, columns));
  }

  private int requireColumns(NetworkConfig old, ModelWeights secondMoments) {
    int columns = tableOptimizer.momentColumns(config.embeddingDim());
    int there = WeightGroups.tableColumns(old, secondMoments);
    if (there != columns) {
      throw new IllegalArgumentException(
          "the state to start from has %d second moments for each row of the item table and %s keeps %d; train with the state's optimiser, or start without the state"
              .formatted(there, tableOptimizer, columns));
    }
    return columns;
  }

  /// Rows of `old` where their items now are, 0 for the others.
  private float[] table(MemorySegment old, int[] known, int d) {
    float[] table = new float[Math.multiplyExact(config.items() + 1, d)];
    copyRow(old, 0, table, 0, d); // padding
    for (int row = 0; row < known.length; row++) {
      if (known[row] >= 0) {
        copyRow(old, known[row] + 1, table, row + 1, d);
      }
    }
    return table;
  }

  private static void copyRow(MemorySegment from, long row, float[] to, int toRow, int d) {
    MemorySegment.copy(from, ModelWeights.FLOAT, row * d * Float.BYTES, to, toRow * d, d);
  }

  private static ModelWeights withItems(ModelWeights weights, float[] table) {
    return weights.withItems(MemorySegment.ofArray(table));
  }

  private void requireSameShapes(NetworkModel model, TrainingData data) {
    if (!model.config().withItems(config.items()).equals(config)) {
      throw new IllegalArgumentException(
          "the model to start from has %s and the recipe %s; only items may differ: choose the recipe's preset and temperature by the model, or train anew"
              .formatted(model.config(), config));
    }
    if (!model.clock().equals(data.clock())) {
      throw new IllegalArgumentException(
          "the model to start from has the clock %s and the data %s; import the data with the model's"
              .formatted(model.clock().spec(), data.clock().spec()));
    }
  }

  /// Row in `old` of each row of `now`, negative for a new item.
  private static int[] knownRows(IdTable old, IdTable now) {
    int[] rows = new int[now.size()];
    int found = 0;
    for (int row = 0; row < rows.length; row++) {
      rows[row] =
          now.type() == IdType.INT64 ? old.rowOf(now.longAt(row)) : old.rowOf(now.idAt(row));
      found += rows[row] >= 0 ? 1 : 0;
    }
    if (found < old.size()) {
      throw new IllegalArgumentException(
          "the data lack item '%s' and %d more of the %d items of the model to start from; let its vocabulary grow by theirs"
              .formatted(firstMissing(old, now), old.size() - found - 1, old.size()));
    }
    return rows;
  }

  private static String firstMissing(IdTable old, IdTable now) {
    int row = 0;
    while (now.rowOf(old.idAt(row)) >= 0) {
      row++;
    }
    return old.idAt(row);
  }
}
