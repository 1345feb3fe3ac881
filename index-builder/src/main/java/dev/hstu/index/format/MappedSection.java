package dev.hstu.index.format;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;
import org.jspecify.annotations.Nullable;

/// Parts of a Lucene file as memory: the mapping itself where the directory maps files, else a copy
/// outside the heap.
final class MappedSection {

  private static final int COPIED_BYTES = 1 << 16;

  private MappedSection() {}

  /// The bytes from `offset`; valid as long as `input` is open.
  static MemorySegment of(IndexInput input, long offset, long length) throws IOException {
    if (length == 0) {
      return MemorySegment.NULL;
    }
    if (input instanceof MemorySegmentAccessInput mapped) {
      // Null where the part crosses two mappings, as in files beyond 16 GiB.
      @Nullable MemorySegment segment = mapped.segmentSliceOrNull(offset, length);
      if (segment != null) {
        return segment;
      }
    }
    return copy(input, offset, length);
  }

  private static MemorySegment copy(IndexInput input, long offset, long length) throws IOException {
    MemorySegment target = NativeMatrix.allocate(length);
    IndexInput reader = input.clone();
    reader.seek(offset);
    byte[] buffer = new byte[(int) Math.min(COPIED_BYTES, length)];
    for (long done = 0; done < length; ) {
      int count = (int) Math.min(buffer.length, length - done);
      reader.readBytes(buffer, 0, count);
      MemorySegment.copy(buffer, 0, target, ValueLayout.JAVA_BYTE, done, count);
      done += count;
    }
    return target;
  }
}
