package dev.hstu.index.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hstu.kernels.cpu.CodeBlocks;
import dev.hstu.kernels.cpu.CodeLists;
import dev.hstu.kernels.cpu.KeptKeys;
import dev.hstu.kernels.cpu.NativeBest;
import dev.hstu.kernels.cpu.NativeSweep;
import dev.hstu.kernels.cpu.PartitionCodes;
import dev.hstu.kernels.cpu.PartitionVisits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The kernel keeps, to the bit, what plain loops over all rows and a sort would keep.
final class NativeBestTest {

  @BeforeAll
  static void runsHere() {
    if (NativeSweep.here() instanceof NativeSweep.Availability.Absent absent) {
      assumeTrue(false, "the native kernel can't run here: " + absent.reason());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void selectsWhatASortWouldPutFirst(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] scratch = new long[3_000];
    for (int round = 0; round < 300; round++) {
      int before = random.nextInt(9);
      int count = 1 + random.nextInt(round < 200 ? 40 : 3_000);
      int keep = 1 + random.nextInt(count);
      int spread = 1 + random.nextInt(60);
      long[] keys = new long[before + count + 3];
      for (int i = 0; i < count; i++) {
        keys[before + i] = BestRows.key(i, random.nextInt(-spread, spread) / 7f);
      }
      long[] expected = Arrays.copyOfRange(keys, before, before + count);
      Arrays.sort(expected);

      long least = NativeBest.selectGreatest(keys, before, count, keep, scratch);

      assertThat(least).isEqualTo(expected[count - keep]);
      long[] kept = Arrays.copyOfRange(keys, before, before + keep);
      Arrays.sort(kept);
      assertThat(kept).isEqualTo(Arrays.copyOfRange(expected, count - keep, count));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "5, 2", "20, 3", "31, 7", "64, 8", "100, 13", "64, 33", "64, 1"})
  void sweepsAsLoopsWould(int dimension, int queries) {
    for (int wanted : new int[] {1, 10, 300, 5_000}) {
      new Case(dimension, queries, dimension + queries + wanted).check(wanted);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "15, 3, 2", "16, 64, 4", "17, 20, 5", "1000, 64, 11", "4003, 64, 32"})
  void ranksAsLoopsWould(int rows, int dimension, int queries) {
    SplittableRandom random = new SplittableRandom(rows);
    MemorySegment codes = codes(CodeBlocks.count(rows), dimension, random);
    float[] rowSteps = floats(CodeBlocks.count(rows), random);
    float[] spreads = floats(rows, random);
    KeptKeys kept = new KeptKeys();
    byte[][] coded = new byte[queries][];
    float[] steps = floats(queries, random);
    float[] weights = floats(queries, random);
    kept.begin(queries, dimension, 121);
    for (int q = 0; q < queries; q++) {
      coded[q] = bytes(dimension, random);
      kept.setQuery(q, coded[q], steps[q], weights[q], 1 + q % 121);
    }

    NativeBest.rank(codes, rows, rowSteps, spreads, kept);

    for (int q = 0; q < queries; q++) {
      long[] expected = new long[rows];
      for (int row = 0; row < rows; row++) {
        float step = rowSteps[row / CodeBlocks.ROWS] * steps[q];
        float product = product(codes, 0, row, coded[q]) * step;
        expected[row] = BestRows.key(row, Math.fma(weights[q], spreads[row], product));
      }
      assertThat(kept(kept, q)).isEqualTo(greatest(expected, 1 + q % 121));
    }
  }

  @Test
  void refusesPartitionsWhoseBlocksDontHoldTheirRows() {
    MemorySegment codes = Arena.ofAuto().allocate(2 * CodeBlocks.blockBytes(8));
    int[] starts = {0, 17, 20};
    int[] blocks = {0, 1, 2};
    float[] scales = {1, 1};
    assertThatThrownBy(() -> new PartitionCodes(codes, 8, starts, blocks, scales))
        .hasMessage("partition 0 of 17 rows has 1 blocks, must have one for each 16 rows");
  }

  @Test
  void refusesListsWhoseMemoryDoesntHoldTheirRows() {
    MemorySegment codes = Arena.ofAuto().allocate(CodeBlocks.blockBytes(8), 64);
    MemorySegment rows = Arena.ofAuto().allocate(17 * Integer.BYTES, 64);
    CodeLists.CodeList list = new CodeLists.CodeList(codes, rows, 17, 1);
    assertThatThrownBy(() -> CodeLists.of(8, new CodeLists.CodeList[] {null, list}))
        .hasMessage(
            "list 1 of 17 rows has 128 bytes of codes and 68 of numbers;"
                + " must have 256 and 68, native");
  }

  /// Partitions of many sizes, among them empty ones, and one larger than any query has room for;
  /// behind each a list, of which one is missing.
  private static final class Case {
    private static final int[] SIZES = {0, 1, 15, 16, 17, 0, 128, 129, 250, 1_000, 3};
    private static final int[] LIST_SIZES = {3, 0, 1, 16, 0, 31, 128, 0, 700, 17, 2};
    private static final int FIRST_LISTED = 10_000;

    private final SplittableRandom random;
    private final PartitionCodes partitions;
    private final CodeLists.CodeList[] listed = new CodeLists.CodeList[LIST_SIZES.length];
    private final byte[][] queries;
    private final float[] steps;
    private final PartitionVisits visits = new PartitionVisits();

    Case(int dimension, int queryCount, long seed) {
      random = new SplittableRandom(seed);
      int[] starts = new int[SIZES.length + 1];
      int[] blocks = new int[SIZES.length + 1];
      for (int p = 0; p < SIZES.length; p++) {
        starts[p + 1] = starts[p] + SIZES[p];
        blocks[p + 1] = blocks[p] + CodeBlocks.count(SIZES[p]);
      }
      partitions =
          new PartitionCodes(
              codes(blocks[SIZES.length], dimension, random),
              dimension,
              starts,
              blocks,
              floats(SIZES.length, random));
      int next = FIRST_LISTED;
      for (int i = 0; i < LIST_SIZES.length; i++) {
        if (i != 7) {
          listed[i] = list(LIST_SIZES[i], dimension, next);
          next += 3 * LIST_SIZES[i];
        }
      }
      queries = new byte[queryCount][];
      for (int q = 0; q < queryCount; q++) {
        queries[q] = bytes(dimension, random);
      }
      steps = floats(queryCount, random);
      visits.begin(SIZES.length + LIST_SIZES.length, queryCount);
      for (int part = 0; part < 2; part++) {
        for (int q = 0; q < queryCount; q++) {
          for (int p = part; p < SIZES.length + LIST_SIZES.length; p += 2) {
            if (random.nextInt(4) > 0) {
              visits.add(p, q, (float) random.nextDouble(-1, 1));
            }
          }
        }
        visits.order();
      }
    }

    private CodeLists.CodeList list(int size, int dimension, int firstNumber) {
      MemorySegment numbers = Arena.ofAuto().allocate(Math.max(4, 4L * size), 64);
      for (int i = 0; i < size; i++) {
        numbers.setAtIndex(ValueLayout.JAVA_INT, i, firstNumber + 3 * i);
      }
      return new CodeLists.CodeList(
          codes(CodeBlocks.count(size), dimension, random),
          numbers,
          size,
          (float) random.nextDouble(1e-4, 1e-2));
    }

    void check(int wanted) {
      CodeLists lists = CodeLists.of(partitions.dimension(), listed);
      KeptKeys kept = new KeptKeys();
      kept.begin(queries.length, partitions.dimension(), wanted);
      for (int q = 0; q < queries.length; q++) {
        kept.setQuery(q, queries[q], steps[q], 0, wanted);
      }
      long at = 0;
      while (NativeBest.visit(at) < visits.size()) {
        at = NativeBest.sweep(partitions, lists, visits, kept, at);
        for (int q = 0; q < queries.length; q++) {
          if (!kept.hasRoom(q)) {
            long least = NativeBest.select(kept, q);
            kept.keep(q, kept.count(q), BestRows.score(least));
          }
        }
      }
      for (int q = 0; q < queries.length; q++) {
        NativeBest.select(kept, q);
        assertThat(kept(kept, q)).as("query %d", q).isEqualTo(greatest(expected(q), wanted));
      }
    }

    private long[] expected(int query) {
      long[] keys = new long[partitions.starts()[SIZES.length] + IntStream.of(LIST_SIZES).sum()];
      int count = 0;
      for (int v = 0; v < visits.size(); v++) {
        int p = visits.partition(v);
        if (p >= SIZES.length) {
          if (visits.query(v) == query) {
            count = addListed(listed[p - SIZES.length], query, visits.base(v), keys, count);
          }
          continue;
        }
        for (int row = 0; row < SIZES[p] && visits.query(v) == query; row++) {
          int product =
              product(partitions.codes(), partitions.blockStarts()[p], row, queries[query]);
          float score = Math.fma(partitions.scales()[p] * steps[query], product, visits.base(v));
          keys[count++] = BestRows.key(partitions.starts()[p] + row, score);
        }
      }
      return Arrays.copyOf(keys, count);
    }

    private int addListed(CodeLists.CodeList list, int query, float base, long[] keys, int from) {
      int count = from;
      for (int i = 0; list != null && i < list.count(); i++) {
        int product = product(list.codes(), 0, i, queries[query]);
        float score = Math.fma(list.scale() * steps[query], product, base);
        keys[count++] = BestRows.key(list.rows().getAtIndex(ValueLayout.JAVA_INT, i), score);
      }
      return count;
    }
  }

  private static long[] kept(KeptKeys kept, int query) {
    int first = kept.firstKey(query);
    long[] keys = Arrays.copyOfRange(kept.keys(), first, first + kept.count(query));
    Arrays.sort(keys);
    return keys;
  }

  private static long[] greatest(long[] keys, int count) {
    long[] sorted = keys.clone();
    Arrays.sort(sorted);
    return Arrays.copyOfRange(sorted, Math.max(0, sorted.length - count), sorted.length);
  }

  private static int product(MemorySegment codes, int firstBlock, int row, byte[] query) {
    long block = (firstBlock + row / CodeBlocks.ROWS) * CodeBlocks.blockBytes(query.length);
    int sum = 0;
    for (int c = 0; c < query.length; c++) {
      long at = block + CodeBlocks.offsetInBlock(row, c);
      sum += codes.get(ValueLayout.JAVA_BYTE, at) * query[c];
    }
    return sum;
  }

  private static MemorySegment codes(int blocks, int dimension, SplittableRandom random) {
    long bytes = blocks * CodeBlocks.blockBytes(dimension);
    MemorySegment codes = Arena.ofAuto().allocate(Math.max(1, bytes), 64).asSlice(0, bytes);
    for (long i = 0; i < bytes; i++) {
      codes.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(-127, 128));
    }
    return codes;
  }

  private static byte[] bytes(int count, SplittableRandom random) {
    byte[] values = new byte[count];
    for (int i = 0; i < count; i++) {
      values[i] = (byte) random.nextInt(-127, 128);
    }
    return values;
  }

  private static float[] floats(int count, SplittableRandom random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(1e-4, 1e-2);
    }
    return values;
  }
}
