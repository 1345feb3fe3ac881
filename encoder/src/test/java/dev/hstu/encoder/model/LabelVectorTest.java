package dev.hstu.encoder.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// A new item's vector by hand: labels added up and normalised.
class LabelVectorTest {

  private final NetworkModel model =
      RandomModels.model(
          RandomModels.config(3, 2, 1, 2, 1, 1, 1, 1)
              .withFeatures(
                  new ModelFeatures(
                      List.of(
                          new ModelFeatures.LabelColumn("genres", List.of("Comedy", "Drama")),
                          new ModelFeatures.LabelColumn("studio", List.of("A"))),
                      List.of())),
          7);

  @Test
  void knownLabelsAreAddedUpOnceEachAndNormalised() {
    float[] rows = model.weights().labelEmbeddings();
    double x = rows[2] + rows[4];
    double y = rows[3] + rows[5];
    float[] vector =
        model
            .vectorOfLabels(
                labels(Map.of("genres", List.of("Drama", "Drama", "War"), "studio", List.of("A"))))
            .orElseThrow();
    assertThat((double) vector[0]).isCloseTo(x / Math.hypot(x, y), within(1e-6));
    assertThat((double) vector[1]).isCloseTo(y / Math.hypot(x, y), within(1e-6));
  }

  @Test
  void unknownLabelsSayNothing() {
    assertThat(model.vectorOfLabels(labels(Map.of("genres", List.of("War"))))).isEmpty();
    assertThat(model.vectorOfLabels(labels(Map.of()))).isEmpty();
    assertThat(
            RandomModels.model(RandomModels.config(3, 2, 1, 2, 1, 1, 1, 1), 7)
                .vectorOfLabels(labels(Map.of("genres", List.of("Drama")))))
        .isEmpty();
  }

  private static Function<String, List<String>> labels(Map<String, List<String>> byColumn) {
    return column -> byColumn.getOrDefault(column, List.of());
  }
}
