package dev.hstu.index.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hstu.kernels.cpu.CodeBlocks;
import dev.hstu.kernels.cpu.Int8Sweep;
import dev.hstu.kernels.cpu.NativeSweep;
import dev.hstu.kernels.cpu.SweepBuffers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every sweep gives out the rows and products of the scalar reference, to the bit.
class Int8SweepTest {

  private static final int[] DIMENSIONS = {1, 3, 4, 5, 31, 64, 100, 1_024};
  private static final int[] ROWS = {0, 1, 15, 16, 17, 100, 128, 144, 250};
  private static final int[] QUERIES = {1, 2, 3, 4, 5, 7, 8, 9, 15, 32, 64};

  /// Where the block lies among others, not at a multiple of a cache line.
  private static final int BEFORE_BYTES = 12;

  private static Int8Sweep sweep(ScanKernel kernel) {
    if (kernel == ScanKernel.NATIVE
        && NativeSweep.here() instanceof NativeSweep.Availability.Absent absent) {
      assumeTrue(false, "the native kernel can't run here: " + absent.reason());
    }
    return kernel.sweep();
  }

  @ParameterizedTest
  @EnumSource(ScanKernel.class)
  void equalsTheReferenceAtAnySize(ScanKernel kernel) {
    Int8Sweep sweep = sweep(kernel);
    SplittableRandom random = new SplittableRandom(3);
    for (int dimension : DIMENSIONS) {
      for (int rows : ROWS) {
        for (int queries : QUERIES) {
          int floor = (int) (2_000 * Math.sqrt(dimension));
          Case drawn = new Case(dimension, rows, queries, () -> random.nextInt(-127, 128));
          drawn.check(sweep, () -> random.nextInt(-floor, floor), true);
          drawn.check(sweep, () -> floor, false);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ScanKernel.class)
  void extremesDontSaturate(ScanKernel kernel) {
    Int8Sweep sweep = sweep(kernel);
    SplittableRandom random = new SplittableRandom(5);
    for (int dimension : DIMENSIONS) {
      new Case(dimension, 33, 5, () -> 127).check(sweep, () -> SweepBuffers.NO_FLOOR, true);
      new Case(dimension, 33, 5, () -> -127).check(sweep, () -> SweepBuffers.NO_FLOOR, false);
      new Case(dimension, 33, 5, () -> random.nextBoolean() ? 127 : -127)
          .check(sweep, () -> SweepBuffers.NO_FLOOR, true);
    }
  }

  @ParameterizedTest
  @EnumSource(ScanKernel.class)
  void floorsBoundWhatIsGivenOut(ScanKernel kernel) {
    Int8Sweep sweep = sweep(kernel);
    Case equal = new Case(8, 40, 3, () -> 1);
    assertThat(equal.run(sweep, () -> 8, false).count(1)).isEqualTo(40);
    assertThat(equal.run(sweep, () -> 9, false).count(1)).isZero();
    assertThat(equal.run(sweep, () -> SweepBuffers.NOTHING, true).count(2)).isZero();
    assertThat(equal.run(sweep, () -> SweepBuffers.NO_FLOOR, true).count(2)).isEqualTo(40);
  }

  @ParameterizedTest
  @EnumSource(ScanKernel.class)
  void refusesMoreRowsThanThereAre(ScanKernel kernel) {
    Int8Sweep sweep = sweep(kernel);
    Case drawn = new Case(8, 32, 1, () -> 1);
    SweepBuffers buffers = drawn.run(sweep, () -> 8, false);
    assertThatThrownBy(() -> sweep.sweep(drawn.codes, BEFORE_BYTES, -1, 33, buffers))
        .isInstanceOf(IndexOutOfBoundsException.class);
    buffers.begin(1, 8, 64, false);
    assertThatThrownBy(() -> sweep.sweep(drawn.codes, BEFORE_BYTES, -1, 64, buffers))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void askingForTheNativeKernelFailsWithAReasonWhereItIsAbsent() {
    switch (NativeSweep.here()) {
      case NativeSweep.Availability.Present present ->
          assertThat(ScanKernel.NATIVE.sweep()).isSameAs(present.sweep());
      case NativeSweep.Availability.Absent absent ->
          assertThatThrownBy(ScanKernel.NATIVE::sweep).hasMessageContaining(absent.reason());
    }
    assertThatThrownBy(() -> ScanKernel.parse("fast"))
        .hasMessage("hstu.scan.kernel=fast must be auto, native or vector");
  }

  /// Codes and queries, and what each sweep makes of them.
  private static final class Case {
    private final int dimension;
    private final int rows;
    private final List<byte[]> queries = new ArrayList<>();
    private final MemorySegment codes;

    Case(int dimension, int rows, int queryCount, IntSupplier code) {
      this.dimension = dimension;
      this.rows = rows;
      long bytes = CodeBlocks.count(rows) * CodeBlocks.blockBytes(dimension);
      // Exactly so long that reading beyond is caught where bounds are checked.
      codes = Arena.ofAuto().allocate(BEFORE_BYTES + bytes, 64);
      for (int row = 0; row < rows; row++) {
        long offset = BEFORE_BYTES + row / CodeBlocks.ROWS * CodeBlocks.blockBytes(dimension);
        for (int c = 0; c < dimension; c++) {
          codes.set(
              ValueLayout.JAVA_BYTE,
              offset + CodeBlocks.offsetInBlock(row, c),
              (byte) code.getAsInt());
        }
      }
      for (int q = 0; q < queryCount; q++) {
        byte[] query = new byte[dimension];
        for (int c = 0; c < dimension; c++) {
          query[c] = (byte) code.getAsInt();
        }
        queries.add(query);
      }
    }

    SweepBuffers run(Int8Sweep sweep, IntSupplier floor, boolean perBlock) {
      SweepBuffers buffers = new SweepBuffers();
      buffers.begin(queries.size(), dimension, Math.max(1, rows), perBlock);
      for (int q = 0; q < queries.size(); q++) {
        buffers.setQuery(q, queries.get(q));
      }
      int floors = perBlock ? queries.size() * CodeBlocks.count(buffers.maxRows()) : queries.size();
      for (int i = 0; i < floors; i++) {
        buffers.floors().setAtIndex(ValueLayout.JAVA_INT, i, floor.getAsInt());
      }
      sweep.sweep(codes, BEFORE_BYTES, 0, rows, buffers);
      return buffers;
    }

    void check(Int8Sweep sweep, IntSupplier floor, boolean perBlock) {
      int[] floors = new int[queries.size() * (1 + CodeBlocks.count(rows))];
      for (int i = 0; i < floors.length; i++) {
        floors[i] = floor.getAsInt();
      }
      SweepBuffers actual = run(sweep, replay(floors), perBlock);
      SweepBuffers expected = run(new ScalarSweep(), replay(floors), perBlock);
      for (int q = 0; q < queries.size(); q++) {
        String what =
            "dimension %d, rows %d, query %d of %d".formatted(dimension, rows, q, queries.size());
        assertThat(given(actual, q)).as(what).isEqualTo(given(expected, q));
      }
    }

    private static IntSupplier replay(int[] values) {
      int[] next = {0};
      return () -> values[next[0]++];
    }

    private static List<Long> given(SweepBuffers buffers, int query) {
      List<Long> given = new ArrayList<>();
      for (int i = 0; i < buffers.count(query); i++) {
        given.add((long) buffers.row(query, i) << 32 | (buffers.product(query, i) & 0xFFFF_FFFFL));
      }
      return given;
    }
  }
}
