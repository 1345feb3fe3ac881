package dev.hstu.kernels.safetensors;

import dev.hstu.kernels.storage.AtomicFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Writes a safetensors file as a stream: the tensors are declared first and their values follow in
/// the declared order, whole with `write` or in pieces with `append`, so no tensor has to fit into
/// memory. The same input gives the same bytes.
///
/// The target changes only in [#commit], atomically and durably; [#close] without it leaves no
/// trace. Floating values are rounded to the declared type (to nearest; doubles go to the 16-bit
/// types through float); an integer outside its declared type's range is refused. Tensors without
/// elements need no call. Declare wide types first where readers care for alignment. For one
/// thread.
public final class SafetensorsWriter implements AutoCloseable {
  /// Values gathered for one write call: large enough that the calls don't count.
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path target;
  private final List<TensorSpec> specs;
  private final Map<String, TensorSpec> specsByName;
  private final AtomicFile file;
  private final long fileBytes;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private int current;
  private long elementsWritten;

  private SafetensorsWriter(Path target, List<TensorSpec> specs, AtomicFile file, long fileBytes) {
    this.target = target;
    this.specs = specs;
    this.specsByName =
        specs.stream().collect(Collectors.toMap(TensorSpec::name, Function.identity()));
    this.file = file;
    this.fileBytes = fileBytes;
  }

  /// Begins a file that will replace `target`; its directory must exist. Without metadata the
  /// header has no such entry.
  public static SafetensorsWriter create(
      Path target, Map<String, String> metadata, List<TensorSpec> specs) throws IOException {
    byte[] header = HeaderWriter.header(target, metadata, specs);
    long fileBytes =
        Long.BYTES + header.length + specs.stream().mapToLong(TensorSpec::byteSize).sum();
    SafetensorsWriter writer =
        new SafetensorsWriter(target, List.copyOf(specs), AtomicFile.replacing(target), fileBytes);
    try {
      writer.room(Long.BYTES).putLong(header.length);
      writer.putBytes(ByteBuffer.wrap(header));
      return writer;
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  /// Writes the whole of the next declared tensor, a floating one.
  public void write(String name, float[] values) throws IOException {
    begin(name, values.length);
    append(values, 0, values.length);
  }

  /// Writes the whole of the next declared tensor, a floating one.
  public void write(String name, double[] values) throws IOException {
    begin(name, values.length);
    append(values, 0, values.length);
  }

  /// Writes the whole of the next declared tensor, an integer one.
  public void write(String name, long[] values) throws IOException {
    begin(name, values.length);
    append(values, 0, values.length);
  }

  /// Writes the whole of the next declared tensor, an integer one.
  public void write(String name, int[] values) throws IOException {
    begin(name, values.length);
    append(values, 0, values.length);
  }

  /// Writes the whole of the next declared tensor, of any type, as its raw little-endian bytes.
  public void write(String name, byte[] bytes) throws IOException {
    write(name, MemorySegment.ofArray(bytes));
  }

  /// Writes the whole of the next declared tensor, of any type, as its raw little-endian bytes.
  public void write(String name, MemorySegment bytes) throws IOException {
    begin(name, elementsIn(bytes.byteSize(), specNamed(name)));
    append(bytes);
  }

  /// States that the values appended next are those of the tensor `name`; `append` goes by the
  /// declared order in any case, so this only guards against a mistaken order.
  ///
  /// @throws IllegalStateException when another tensor is due, or this one has begun
  public void begin(String name) {
    TensorSpec spec = specNamed(name);
    skipFull();
    boolean due = current < specs.size() && spec.equals(specs.get(current));
    if (spec.elements() > 0 && !(due && elementsWritten == 0)) {
      throw new IllegalStateException(
          "%s: tensor '%s' can't begin now, %s; write in the declared order"
              .formatted(target, name, progress()));
    }
  }

  /// Appends `values[offset .. offset+count)` to the current tensor, a floating one.
  public void append(float[] values, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, values.length);
    TensorSpec spec = reserve(count);
    if (spec.dtype() == DType.F32) {
      for (int done = 0; done < count; ) {
        ByteBuffer room = room(Float.BYTES);
        int piece = Math.min(room.remaining() / Float.BYTES, count - done);
        room.asFloatBuffer().put(values, offset + done, piece);
        room.position(room.position() + piece * Float.BYTES);
        done += piece;
      }
      return;
    }
    for (int i = offset; i < offset + count; i++) {
      putFloating(spec, values[i]);
    }
  }

  /// Appends `values[offset .. offset+count)` to the current tensor, a floating one.
  public void append(double[] values, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, values.length);
    TensorSpec spec = reserve(count);
    for (int i = offset; i < offset + count; i++) {
      putFloating(spec, values[i]);
    }
  }

  /// Appends `values[offset .. offset+count)` to the current tensor, an integer one.
  public void append(long[] values, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, values.length);
    TensorSpec spec = reserve(count);
    for (int i = offset; i < offset + count; i++) {
      putInteger(spec, values[i]);
    }
  }

  /// Appends `values[offset .. offset+count)` to the current tensor, an integer one.
  public void append(int[] values, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, values.length);
    TensorSpec spec = reserve(count);
    for (int i = offset; i < offset + count; i++) {
      putInteger(spec, values[i]);
    }
  }

  /// Appends raw little-endian bytes, whole elements, to the current tensor of any type.
  public void append(byte[] bytes, int offset, int count) throws IOException {
    append(MemorySegment.ofArray(bytes).asSlice(offset, count));
  }

  /// Appends raw little-endian bytes, whole elements, to the current tensor of any type.
  public void append(MemorySegment bytes) throws IOException {
    if (bytes.byteSize() == 0) {
      return;
    }
    skipFull();
    if (current < specs.size()) {
      reserve(elementsIn(bytes.byteSize(), specs.get(current)));
    } else {
      reserve(bytes.byteSize());
    }
    for (long offset = 0; offset < bytes.byteSize(); offset += BUFFER_BYTES) {
      long piece = Math.min(BUFFER_BYTES, bytes.byteSize() - offset);
      putBytes(bytes.asSlice(offset, piece).asByteBuffer());
    }
  }

  /// Makes the file the target's new content, durably.
  ///
  /// @throws IllegalStateException when values are missing
  public void commit() throws IOException {
    skipFull();
    if (current < specs.size()) {
      throw new IllegalStateException(
          "%s: tensor %s has %d of %d elements; write all before commit"
              .formatted(
                  target, specs.get(current), elementsWritten, specs.get(current).elements()));
    }
    flush();
    checkLength();
    file.commit();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /// A refused value leaves its tensor short although its elements were counted.
  private void checkLength() throws IOException {
    long written = file.channel().size();
    if (written != fileBytes) {
      throw new IllegalStateException(
          "%s: %d of %d bytes are written because an earlier write failed; begin the file anew"
              .formatted(target, written, fileBytes));
    }
  }

  /// Moves past tensors that have all their elements; those without any are passed the same way.
  private void skipFull() {
    while (current < specs.size() && elementsWritten == specs.get(current).elements()) {
      current++;
      elementsWritten = 0;
    }
  }

  private TensorSpec specNamed(String name) {
    @Nullable TensorSpec spec = specsByName.get(name);
    if (spec == null) {
      throw new IllegalArgumentException(
          "%s: tensor '%s' is not declared; add its TensorSpec to create".formatted(target, name));
    }
    return spec;
  }

  private void begin(String name, long elements) {
    begin(name);
    TensorSpec spec = specNamed(name);
    if (elements != spec.elements()) {
      throw new IllegalArgumentException(
          "%s: %d elements given for tensor %s, which has %d"
              .formatted(target, elements, spec, spec.elements()));
    }
  }

  private String progress() {
    return current == specs.size()
        ? "all are full"
        : "%s has %d of its elements".formatted(specs.get(current), elementsWritten);
  }

  private TensorSpec reserve(long elements) {
    skipFull();
    if (current == specs.size()) {
      if (elements == 0 && !specs.isEmpty()) {
        return specs.getLast();
      }
      throw new IllegalStateException(
          "%s: %d more elements but every declared tensor is full".formatted(target, elements));
    }
    TensorSpec spec = specs.get(current);
    if (elements > spec.elements() - elementsWritten) {
      throw new IllegalArgumentException(
          "%s: %d elements exceed the %d that tensor %s still lacks"
              .formatted(target, elements, spec.elements() - elementsWritten, spec));
    }
    elementsWritten += elements;
    return spec;
  }

  private long elementsIn(long bytes, TensorSpec spec) {
    if (bytes % spec.dtype().bytes() != 0) {
      throw new IllegalArgumentException(
          "%s: %d bytes are not whole elements of tensor %s".formatted(target, bytes, spec));
    }
    return bytes / spec.dtype().bytes();
  }

  private void putFloating(TensorSpec spec, double value) throws IOException {
    ByteBuffer room = room(spec.dtype().bytes());
    switch (spec.dtype()) {
      case F64 -> room.putDouble(value);
      case F32 -> room.putFloat((float) value);
      case F16 -> room.putShort(Float.floatToFloat16((float) value));
      case BF16 -> room.putShort(BFloat16.fromFloat((float) value));
      case I64, I32, I16, I8, U64, U32, U16, U8, BOOL, F8_E4M3, F8_E5M2 ->
          throw new IllegalArgumentException(
              target + ": floating values given for tensor " + spec + "; give longs or bytes");
    }
  }

  private void putInteger(TensorSpec spec, long value) throws IOException {
    if (!spec.dtype().isInteger()) {
      throw new IllegalArgumentException(
          target + ": integers given for tensor " + spec + "; give floats or bytes");
    }
    IntegerRange.check(spec, value);
    ByteBuffer room = room(spec.dtype().bytes());
    switch (spec.dtype().bytes()) {
      case Long.BYTES -> room.putLong(value);
      case Integer.BYTES -> room.putInt((int) value);
      case Short.BYTES -> room.putShort((short) value);
      default -> room.put((byte) value);
    }
  }

  private void putBytes(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      ByteBuffer room = room(1);
      int piece = Math.min(room.remaining(), bytes.remaining());
      room.put(room.position(), bytes, bytes.position(), piece);
      room.position(room.position() + piece);
      bytes.position(bytes.position() + piece);
    }
  }

  private ByteBuffer room(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }

  private void flush() throws IOException {
    FileChannel channel = file.channel();
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }
}
