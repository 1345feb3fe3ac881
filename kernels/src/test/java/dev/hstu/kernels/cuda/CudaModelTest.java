package dev.hstu.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Shapes are refused before a pointer crosses: none of this needs the library.
class CudaModelTest {

  private static final CudaShape SHAPE = new CudaShape(9, 5, 7, 4, 2, 3, 2, 2);

  @Test
  void tensorsHaveTheSizesOfThePublicCheckpoint() {
    assertThat(SHAPE.tensorSizes()).containsExactly(40, 28, 80, 16, 4, 13, 129, 80, 16, 4, 13, 129);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 11})
  void aWeightOfAnotherSizeIsRefusedByItsPlace(int place) {
    List<MemorySegment> weights = weights();
    weights.set(place, MemorySegment.ofArray(new float[1]));
    assertThatThrownBy(() -> CudaModel.open(0, CudaPrecision.BFLOAT16, SHAPE, weights))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "weight %d has 4 bytes; this shape needs %d", place, SHAPE.tensorSizes()[place] * 4);
  }

  @Test
  void aMissingWeightIsRefused() {
    List<MemorySegment> weights = weights().subList(0, 11);
    assertThatThrownBy(() -> CudaModel.open(0, CudaPrecision.FLOAT32, SHAPE, weights))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("11 weights given; 2 blocks need 12");
  }

  @Test
  void aHeadTooWideForHalfPrecisionIsRefusedWithTheMend() {
    CudaShape wide = new CudaShape(9, 5, 7, 4, 2, 129, 2, 2);
    assertThatThrownBy(() -> CudaModel.open(0, CudaPrecision.BFLOAT16, wide, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("head width 129 is beyond the 128 of BFLOAT16; choose float32");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 5, 7, 4, 2, 3, 2, 2, items=0",
    "9, 0, 7, 4, 2, 3, 2, 2, maxEvents=0",
    "9, 5, 5, 4, 2, 3, 2, 2, slots=5",
    "9, 5, 7, 1025, 2, 3, 2, 2, dim=1025",
    "9, 5, 7, 4, 65, 3, 2, 2, heads=65",
    "9, 5, 7, 4, 2, 0, 2, 2, queryDim=0",
    "9, 5, 7, 4, 2, 3, 1025, 2, valueDim=1025",
    "9, 5, 7, 4, 2, 3, 2, 0, blocks=0",
  })
  void shapesAreBounded(
      int items,
      int events,
      int slots,
      int dim,
      int heads,
      int queryDim,
      int valueDim,
      int blocks,
      String named) {
    assertThatThrownBy(
            () -> new CudaShape(items, events, slots, dim, heads, queryDim, valueDim, blocks))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(named + " must be within ");
  }

  private static List<MemorySegment> weights() {
    List<MemorySegment> weights = new ArrayList<>();
    for (long size : SHAPE.tensorSizes()) {
      weights.add(MemorySegment.ofArray(new float[(int) size]));
    }
    return weights;
  }
}
