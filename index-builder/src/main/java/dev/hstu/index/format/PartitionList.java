package dev.hstu.index.format;

import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.kernels.cpu.CodeBlocks;
import dev.hstu.kernels.cpu.CodeLists;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The later vectors of one partition in native memory, one after the other, in the encoding of the
/// partition. Vectors are only ever appended behind what readers know of; where that can't be (no
/// room, a step too small, too many dead), the memory is replaced and readers keep the old one. For
/// one thread; a [View] is for any.
final class PartitionList {

  /// Room that a first list has, and whose multiples all have: a block of codes.
  private static final int LEAST_ROOM = CodeBlocks.ROWS;

  /// A step is taken so much larger than needed, so that the next vector seldom needs another one.
  private static final float STEP_SLACK = 1.1f;

  /// As the kernel reads them.
  private static final ValueLayout.OfInt POSITION = ValueLayout.JAVA_INT;

  private static final VectorMatrix NO_VECTORS = VectorMatrix.copyOf(new float[0], 1);

  /// Gives the vector at a position.
  @FunctionalInterface
  interface Source {
    void copy(int position, float[] target);
  }

  /// What readers know of a list.
  ///
  /// @param codes as [CodeBlocks] lays them out; int8 only
  /// @param vectors float32 only
  /// @param positions int32 of the vectors; beyond `count` not to be read
  /// @param scale the value of one step of a code; int8 only
  /// @param radius the largest distance to the centroid, rounded up
  /// @param replaces whether the list has the live vectors of the base's partition too
  record View(
      MemorySegment codes,
      VectorMatrix vectors,
      MemorySegment positions,
      int count,
      float scale,
      float radius,
      boolean replaces) {

    /// The position of a vector.
    int position(int place) {
      return positions.getAtIndex(POSITION, Objects.checkIndex(place, count));
    }

    /// The codes for a sweep.
    CodeLists.CodeList coded() {
      return new CodeLists.CodeList(codes, positions, count, scale);
    }
  }

  private final IvfEncoding encoding;
  private final float[] centroid;
  private final float[] vector;
  private final float leastScale;

  private MemorySegment memory = MemorySegment.NULL;
  private MemorySegment positions = MemorySegment.NULL;
  private int room;
  private int count;
  private float scale;
  private double farthest;
  private boolean replaces;
  private int dead;

  /// @param leastScale the step of the base's codes in this partition
  PartitionList(IvfEncoding encoding, float[] centroid, float leastScale) {
    this.encoding = encoding;
    this.centroid = centroid;
    this.vector = new float[centroid.length];
    this.leastScale = leastScale;
    this.scale = leastScale;
  }

  /// The vectors, dead ones included.
  int count() {
    return count;
  }

  /// How many of them died.
  int dead() {
    return dead;
  }

  /// One more of them died.
  void died() {
    dead++;
  }

  /// Whether the base's partition is in here.
  boolean replaces() {
    return replaces;
  }

  /// The native memory taken.
  long bytes() {
    return memory.byteSize() + positions.byteSize();
  }

  /// Adds a vector.
  ///
  /// @param source of what is here already, should it have to be encoded anew
  void append(int position, float[] added, Source source) {
    float needed = measure(added);
    if (needed > scale) {
      encodeAnew(needed * STEP_SLACK, source);
    }
    if (count == room) {
      grow();
    }
    put(count, position, added);
    count++;
  }

  /// Replaces the list.
  ///
  /// @param kept positions of the vectors it has from now on
  /// @param withBase whether those of the base's partition are among them
  void replace(int[] kept, boolean withBase, Source source) {
    room = roomFor(kept.length + kept.length / 4);
    count = 0;
    dead = 0;
    farthest = 0;
    replaces = withBase;
    float needed = 0;
    for (int position : kept) {
      source.copy(position, vector);
      needed = Math.max(needed, measure(vector));
    }
    scale = Math.max(leastScale, needed);
    positions = NativeMatrix.allocate((long) room * Integer.BYTES);
    memory = allocate();
    for (int position : kept) {
      source.copy(position, vector);
      put(count++, position, vector);
    }
  }

  /// As it is now, or null where nothing is in it and it replaces nothing.
  @Nullable View view() {
    if (count == 0 && !replaces) {
      return null;
    }
    boolean coded = encoding == IvfEncoding.INT8;
    return new View(
        coded ? memory : MemorySegment.NULL,
        coded ? NO_VECTORS : new VectorMatrix(memory, room, centroid.length),
        positions,
        count,
        scale,
        FieldSections.roundedUpRoot(farthest),
        replaces);
  }

  /// Takes a vector's distance in, and gives the step that codes it; 0 where nothing is coded.
  private float measure(float[] added) {
    farthest = Math.max(farthest, Partitioner.squaredDistance(added, centroid));
    if (encoding == IvfEncoding.FLOAT32) {
      return 0;
    }
    float largest = 0;
    for (int c = 0; c < centroid.length; c++) {
      largest = Math.max(largest, Math.abs(added[c] - centroid[c]));
    }
    return IvfCodes.scale(largest);
  }

  private void put(int place, int position, float[] added) {
    positions.setAtIndex(POSITION, place, position);
    if (encoding == IvfEncoding.FLOAT32) {
      NativeMatrix.setRow(memory, place, added);
      return;
    }
    float inverse = IvfCodes.inverse(scale);
    long block = place / CodeBlocks.ROWS * CodeBlocks.blockBytes(centroid.length);
    for (int c = 0; c < centroid.length; c++) {
      byte code = CodeBlocks.code(added[c] - centroid[c], inverse);
      memory.set(ValueLayout.JAVA_BYTE, block + CodeBlocks.offsetInBlock(place, c), code);
    }
  }

  private void encodeAnew(float newScale, Source source) {
    scale = newScale;
    if (count == 0) {
      return;
    }
    // Readers go on with the old codes and their step.
    memory = allocate();
    for (int place = 0; place < count; place++) {
      int position = positions.getAtIndex(POSITION, place);
      source.copy(position, vector);
      put(place, position, vector);
    }
  }

  private void grow() {
    room = roomFor(count + Math.max(LEAST_ROOM, count / 2));
    memory = copyOf(memory, allocate());
    positions = copyOf(positions, NativeMatrix.allocate((long) room * Integer.BYTES));
  }

  private static MemorySegment copyOf(MemorySegment memory, MemorySegment larger) {
    MemorySegment.copy(memory, 0, larger, 0, memory.byteSize());
    return larger;
  }

  private static int roomFor(int vectors) {
    return CodeBlocks.count(vectors) * CodeBlocks.ROWS;
  }

  private MemorySegment allocate() {
    return NativeMatrix.allocate(
        encoding == IvfEncoding.INT8
            ? CodeBlocks.count(room) * CodeBlocks.blockBytes(centroid.length)
            : (long) room * centroid.length * Float.BYTES);
  }
}
