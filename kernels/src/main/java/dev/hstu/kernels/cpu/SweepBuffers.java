package dev.hstu.kernels.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// What goes into a sweep (queries and floors) and comes out of it (rows and products), in native
/// memory that grows to the largest sweep so far and is freed when unreachable. For one thread.
public final class SweepBuffers {

  /// Most queries of one sweep: larger batches are swept in parts, which costs nothing, since this
  /// many already keep the sums of a tile in registers.
  public static final int MAX_QUERIES = 64;

  /// A floor that every product reaches.
  public static final int NO_FLOOR = Integer.MIN_VALUE;

  /// A floor that no product reaches.
  public static final int NOTHING = Integer.MAX_VALUE;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfInt GROUP = INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long ALIGNMENT_BYTES = 64;

  private int queries;
  private int dimension;
  private int queryBytes;
  private int maxRows;
  private boolean floorsPerBlock;
  private int floorStride;

  private MemorySegment queryCodes = MemorySegment.NULL;
  private MemorySegment floors = MemorySegment.NULL;
  private MemorySegment rows = MemorySegment.NULL;
  private MemorySegment products = MemorySegment.NULL;
  private MemorySegment counts = MemorySegment.NULL;

  /// Makes room; queries and floors are then to be set, all of them.
  ///
  /// @param queryCount 1..[#MAX_QUERIES]
  /// @param codeDimension 1..[CodeBlocks#MAX_DIMENSION]
  /// @param mostRows of one sweep, at least 1; rounded up to whole blocks
  /// @param perBlock whether each block of rows has floors of its own
  public void begin(int queryCount, int codeDimension, int mostRows, boolean perBlock) {
    requireWithin("queries", queryCount, MAX_QUERIES);
    requireWithin("dimension", codeDimension, CodeBlocks.MAX_DIMENSION);
    requireWithin("rows", mostRows, Integer.MAX_VALUE - CodeBlocks.ROWS);
    queries = queryCount;
    dimension = codeDimension;
    queryBytes = CodeBlocks.groups(codeDimension) * CodeBlocks.COLUMNS;
    maxRows = CodeBlocks.count(mostRows) * CodeBlocks.ROWS;
    floorsPerBlock = perBlock;
    long found = (long) queries * maxRows * Integer.BYTES;
    floorStride = perBlock ? CodeBlocks.count(maxRows) : 1;
    queryCodes = grown(queryCodes, (long) queries * queryBytes);
    floors = grown(floors, (long) floorStride * queries * Integer.BYTES);
    rows = grown(rows, found);
    products = grown(products, found);
    counts = grown(counts, (long) queries * Integer.BYTES);
  }

  private static void requireWithin(String name, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException("%s=%d must be within 1..%d".formatted(name, value, max));
    }
  }

  private static MemorySegment grown(MemorySegment segment, long bytes) {
    return segment.byteSize() >= bytes ? segment : Arena.ofAuto().allocate(bytes, ALIGNMENT_BYTES);
  }

  /// The number of queries.
  public int queries() {
    return queries;
  }

  /// The length of queries and rows.
  public int dimension() {
    return dimension;
  }

  /// Most rows of one sweep.
  public int maxRows() {
    return maxRows;
  }

  /// Whether each block of rows has floors of its own.
  public boolean floorsPerBlock() {
    return floorsPerBlock;
  }

  /// Sets a query's codes.
  ///
  /// @param codes int8 `[dimension]`, within ±[CodeBlocks#MAX_CODE]; may be longer
  public void setQuery(int query, byte[] codes) {
    long at = (long) Objects.checkIndex(query, queries) * queryBytes;
    MemorySegment.copy(codes, 0, queryCodes, BYTE, at, dimension);
    for (int i = dimension; i < queryBytes; i++) {
      queryCodes.set(BYTE, at + i, (byte) 0);
    }
  }

  /// One code of a query; 0 beyond the dimension, up to whole groups.
  public byte queryCode(int query, int column) {
    return queryCodes.get(BYTE, (long) query * queryBytes + column);
  }

  /// The codes of one group of columns, the first in the lowest byte.
  public int queryGroup(int query, int group) {
    return queryCodes.get(GROUP, (long) query * queryBytes + (long) group * CodeBlocks.COLUMNS);
  }

  /// Sets the floor of a query; where each block has floors of its own, fill [#floors] instead.
  public void setFloor(int query, int floor) {
    floors.setAtIndex(INT, query, floor);
  }

  /// The floor of a query in a block.
  public int floor(int block, int query) {
    return floors.getAtIndex(INT, (long) query * floorStride + (floorsPerBlock ? block : 0));
  }

  /// All floors in the processor's byte order, int32 `[queries]` or, where each block has its own,
  /// `[queries][maxRows/16]`, to be filled.
  public MemorySegment floors() {
    return floors;
  }

  /// How many rows were given out for a query.
  public int count(int query) {
    return counts.getAtIndex(INT, Objects.checkIndex(query, queries));
  }

  /// The i-th row given out for a query.
  public int row(int query, int i) {
    return rows.getAtIndex(INT, (long) query * maxRows + i);
  }

  /// The i-th product given out for a query.
  public int product(int query, int i) {
    return products.getAtIndex(INT, (long) query * maxRows + i);
  }

  /// Forgets what was given out; for implementations of [Int8Sweep].
  public void clear() {
    for (int query = 0; query < queries; query++) {
      counts.setAtIndex(INT, query, 0);
    }
  }

  /// Gives a row out; for implementations of [Int8Sweep].
  public void add(int query, int row, int product) {
    int count = counts.getAtIndex(INT, query);
    rows.setAtIndex(INT, (long) query * maxRows + count, row);
    products.setAtIndex(INT, (long) query * maxRows + count, product);
    counts.setAtIndex(INT, query, count + 1);
  }

  MemorySegment queryCodes() {
    return queryCodes;
  }

  MemorySegment rows() {
    return rows;
  }

  /// All products in the processor's byte order, int32 `[queries][maxRows]`, of which the first
  /// [#count] of each query were given out.
  public MemorySegment products() {
    return products;
  }

  MemorySegment counts() {
    return counts;
  }
}
