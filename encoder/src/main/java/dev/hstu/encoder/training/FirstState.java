package dev.hstu.encoder.training;

import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.HstuWeights;
import dev.hstu.encoder.model.Model;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdType;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The state before the first step: drawn, or a model's with rows for the items it doesn't know.
final class FirstState {

  private final HstuConfig config;
  private final RandomStreams random;

  private FirstState(HstuConfig config, RandomStreams random) {
    this.config = config;
    this.random = random;
  }

  /// @throws IllegalArgumentException when a model to start from has other shapes, another clock or
  ///     items that the data lack
  static Optimisation.State of(TrainingStart start, TrainingSettings settings, TrainingData data) {
    FirstState first = new FirstState(settings.model(), new RandomStreams(settings.seed()));
    return switch (start) {
      case TrainingStart.Anew() -> first.drawn();
      case TrainingStart.From(Model model, Optional<TrainingState> state) ->
          first.grown(model, state, data);
    };
  }

  private Optimisation.State drawn() {
    HstuWeights weights = InitialWeights.draw(config, random.initialWeights());
    return Optimisation.State.beginning(
        weights, WeightGroups.zerosLike(weights), WeightGroups.zerosLike(weights));
  }

  private Optimisation.State grown(Model model, Optional<TrainingState> state, TrainingData data) {
    requireSameShapes(model, data);
    int[] known = knownRows(model.vocabulary(), data.vocabulary());
    HstuWeights own =
        data.labels()
            .unfolded(withItems(model.weights(), table(model.weights().itemEmbeddings(), known)));
    float[] table = own.itemEmbeddings().toArray(HstuWeights.FLOAT);
    InitialWeights.drawItems(
        table, config.embeddingDim(), row -> known[row] < 0, random.newItems());
    HstuWeights weights = withItems(own, table);
    if (state.isEmpty()) {
      return Optimisation.State.beginning(
          weights, WeightGroups.zerosLike(weights), WeightGroups.zerosLike(weights));
    }
    return Optimisation.State.beginning(
        weights,
        grown(state.get().firstMoments(), known),
        grown(state.get().secondMoments(), known));
  }

  private HstuWeights grown(HstuWeights moments, int[] known) {
    return withItems(moments, table(moments.itemEmbeddings(), known));
  }

  /// Rows of `old` where their items now are, 0 for the others.
  private float[] table(MemorySegment old, int[] known) {
    int d = config.embeddingDim();
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
    MemorySegment.copy(from, HstuWeights.FLOAT, row * d * Float.BYTES, to, toRow * d, d);
  }

  private static HstuWeights withItems(HstuWeights weights, float[] table) {
    return weights.withItems(MemorySegment.ofArray(table));
  }

  private void requireSameShapes(Model model, TrainingData data) {
    if (!model.config().withItems(config.items()).equals(config)) {
      throw new IllegalArgumentException(
          "the model to start from has %s and the recipe %s; only items may differ: choose the recipe's preset by the model, or train anew"
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
