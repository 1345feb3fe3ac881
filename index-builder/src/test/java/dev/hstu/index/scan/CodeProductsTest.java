package dev.hstu.index.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The vector path over int8 codes equals the scalar reference to the bit.
final class CodeProductsTest {

  private static final int BLOCKS = 5;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 31, 50, 63, 64, 65, 127, 128, 1_024})
  void equalsTheScalarReference(int dimension) {
    SplittableRandom random = new SplittableRandom(dimension);
    for (int round = 0; round < 20; round++) {
      boolean extreme = round % 4 == 0;
      short[] query = new short[dimension];
      for (int c = 0; c < dimension; c++) {
        query[c] = (short) code(random, CodeProducts.MAX_QUERY_CODE, extreme);
      }
      try (Arena arena = Arena.ofConfined()) {
        long blockBytes = (long) CodeProducts.ROWS * dimension;
        MemorySegment codes = arena.allocate(BLOCKS * blockBytes);
        for (long i = 0; i < codes.byteSize(); i++) {
          codes.set(
              ValueLayout.JAVA_BYTE, i, (byte) code(random, CodeProducts.MAX_ROW_CODE, extreme));
        }
        for (int block = 0; block < BLOCKS; block++) {
          int[] sums = new int[CodeProducts.ROWS];
          int[] expected = new int[CodeProducts.ROWS];
          CodeProducts.ofBlock(query, dimension, codes, block * blockBytes, sums);
          ScalarCodeProducts.ofBlock(query, dimension, codes, block * blockBytes, expected);
          assertThat(sums).isEqualTo(expected);
        }
      }
    }
  }

  /// Extreme codes all have one sign, so that the sums of int16 come as near to overflow as they
  /// can.
  private static int code(SplittableRandom random, int max, boolean extreme) {
    return extreme ? max : random.nextInt(-max, max + 1);
  }
}
