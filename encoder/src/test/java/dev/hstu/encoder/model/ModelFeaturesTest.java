package dev.hstu.encoder.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Rows of the tables, and what is no description of a model.
class ModelFeaturesTest {

  private final ModelFeatures features =
      new ModelFeatures(
          List.of(
              new ModelFeatures.LabelColumn("genres", List.of("Comedy", "Drama")),
              new ModelFeatures.LabelColumn("studio", List.of("A"))),
          List.of(-1f, 0f, 3.5f));

  @Test
  void anActionHasItsRowAndAnyOtherRowZero() {
    assertThat(features.actionRow(-1)).isEqualTo(1);
    assertThat(features.actionRow(0)).isEqualTo(2);
    assertThat(features.actionRow(3.5f)).isEqualTo(3);
    assertThat(features.actionRow(3)).isZero();
    assertThat(features.actionRow(Float.NaN)).isZero();
    assertThat(ModelFeatures.NONE.actionRow(1)).isZero();
  }

  @Test
  void tablesHaveARowForEachLabelAndOneMoreThanActions() {
    assertThat(features.labelRows()).isEqualTo(3);
    assertThat(features.actionRows()).isEqualTo(4);
    assertThat(ModelFeatures.NONE.labelRows()).isZero();
    assertThat(ModelFeatures.NONE.actionRows()).isZero();
  }

  @Test
  void columnsAndLabelsAreNamedOnce() {
    assertThatThrownBy(() -> new ModelFeatures.LabelColumn("genres", List.of("a", "b", "a")))
        .hasMessage("label of genres 'a' is named twice");
    ModelFeatures.LabelColumn column = new ModelFeatures.LabelColumn("genres", List.of("a"));
    assertThatThrownBy(() -> new ModelFeatures(List.of(column, column), List.of()))
        .hasMessage("column 'genres' is named twice");
  }

  @Test
  void actionsAscendAreNumbersAndAreFew() {
    assertThatThrownBy(() -> new ModelFeatures(List.of(), List.of(2f, 1f)))
        .hasMessage("actions=[2.0, 1.0] must be numbers, ascending");
    assertThatThrownBy(() -> new ModelFeatures(List.of(), List.of(Float.NaN)))
        .hasMessage("actions=[NaN] must be numbers, ascending");
    assertThatThrownBy(
            () ->
                new ModelFeatures(
                    List.of(), IntStream.range(0, 257).mapToObj(i -> (float) i).toList()))
        .hasMessage("257 distinct actions must be at most 256; round them, or train without");
  }

  @Test
  void labelsAreBounded() {
    List<String> labels = IntStream.rangeClosed(0, 65_536).mapToObj(Integer::toString).toList();
    ModelFeatures.LabelColumn column = new ModelFeatures.LabelColumn("tags", labels);
    assertThatThrownBy(() -> new ModelFeatures(Collections.singletonList(column), List.of()))
        .hasMessage("65537 labels must be at most 65536; leave out the column that has most");
  }
}
