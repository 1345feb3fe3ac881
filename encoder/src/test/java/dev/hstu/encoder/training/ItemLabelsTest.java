package dev.hstu.encoder.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.hstu.encoder.compute.torch.TorchParameters;
import dev.hstu.encoder.compute.torch.TorchRuntime;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Three items and three labels by hand: item 1 has labels 0 and 2, item 2 none, item 3 label 2.
class ItemLabelsTest {

  private static final ModelFeatures FEATURES =
      new ModelFeatures(
          List.of(
              new ModelFeatures.LabelColumn("genres", List.of("Comedy", "Drama")),
              new ModelFeatures.LabelColumn("studio", List.of("A"))),
          List.of());

  private final ItemLabels labels = new ItemLabels(new int[] {1, 1, 3}, new int[] {0, 2, 2});

  @Test
  void pairsAreThoseOfLabelsTheModelKnows() {
    ItemLabels found = ItemLabels.of(catalogue(), FEATURES);
    assertThat(found.items()).isEqualTo(labels.items());
    assertThat(found.labels()).isEqualTo(labels.labels());
  }

  @Test
  void foldingAddsLabelsAndUnfoldingTakesThemOutAgain() {
    HstuConfig config = RandomModels.config(3, 2, 1, 2, 1, 1, 1, 1).withFeatures(FEATURES);
    ModelWeights own = RandomModels.weights(config, 1);
    float[] before = own.itemEmbeddings().toArray(ModelWeights.FLOAT);
    float[] rows = own.labelEmbeddings();
    float[] folded = labels.folded(own).itemEmbeddings().toArray(ModelWeights.FLOAT);
    assertThat(folded[2]).isEqualTo(before[2] + rows[0] + rows[4]);
    assertThat(folded[4]).isEqualTo(before[4]);
    assertThat(folded[7]).isEqualTo(before[7] + rows[5]);
    float[] back = labels.unfolded(labels.folded(own)).itemEmbeddings().toArray(ModelWeights.FLOAT);
    assertThat(back).usingComparatorWithPrecision(1e-6f).containsExactly(before);
  }

  @Test
  void aStepsTableIsTheSumAndItsGradientGoesToBothParts() {
    try (NDManager memory = TorchRuntime.open("cpu");
        LabelledItems items = new LabelledItems(memory, labels, 3, 0)) {
      TorchParameters parameters = parameters(memory);
      LabelledItems.Table table = items.of(memory, parameters, new SplittableRandom(1));
      assertThat(table.items().toFloatArray()).containsExactly(0, 1 + 10 + 30, 2, 3 + 30);
      TorchParameters gradients = parameters.zerosLike();
      gradients.items().addi(memory.create(new float[] {7, 5, 6, 8}, new Shape(4, 1)));
      items.unfold(memory, gradients, table);
      assertThat(gradients.items().toFloatArray()).containsExactly(7, 5, 6, 8);
      assertThat(gradients.labels().toFloatArray()).containsExactly(5, 0, 5 + 8);
    }
  }

  @Test
  void anItemLeftOutIsItsLabelsAndOneWithoutLabelsIsNever() {
    try (NDManager memory = TorchRuntime.open("cpu");
        LabelledItems items = new LabelledItems(memory, labels, 3, 0.999_999)) {
      TorchParameters parameters = parameters(memory);
      LabelledItems.Table table = items.of(memory, parameters, new SplittableRandom(1));
      assertThat(table.items().toFloatArray()).containsExactly(0, 10 + 30, 2, 30);
      TorchParameters gradients = parameters.zerosLike();
      gradients.items().addi(1);
      items.unfold(memory, gradients, table);
      assertThat(gradients.items().toFloatArray()).containsExactly(1, 0, 1, 0);
      assertThat(gradients.labels().toFloatArray()).containsExactly(1, 0, 2);
    }
  }

  private static TorchParameters parameters(NDManager memory) {
    return new TorchParameters(
        memory.create(new float[] {0, 1, 2, 3}, new Shape(4, 1)),
        List.of(),
        memory.create(new float[] {10, 20, 30}, new Shape(3, 1)),
        null,
        null);
  }

  private static AttributeTable catalogue() {
    return new AttributeTableBuilder(
            List.of(
                new AttributeColumn("genres", AttributeKind.LABELS),
                new AttributeColumn("studio", AttributeKind.LABELS)))
        .labels(0, List.of("Comedy", "Western"))
        .labels(1, List.of("A"))
        .endRow()
        .endRow()
        .labels(1, List.of("A"))
        .endRow()
        .build();
  }
}
