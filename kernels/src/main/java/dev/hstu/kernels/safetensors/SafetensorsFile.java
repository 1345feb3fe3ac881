package dev.hstu.kernels.safetensors;

import dev.hstu.kernels.names.NearNames;
import dev.hstu.kernels.storage.ContentDigest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A safetensors file, memory-mapped read-only and wholly checked when opened: every tensor lies
/// inside the file, none overlaps another and no byte is left over.
///
/// Layout (github.com/huggingface/safetensors, "Format"): 8 bytes header length, little-endian; the
/// JSON header, padded with spaces; the tensors' bytes. Any thread may read; closing invalidates
/// all tensors. The file must not be cut while it is open, since the operating system then fails
/// the reads: replace files ([SafetensorsWriter]), don't rewrite them.
public final class SafetensorsFile implements AutoCloseable {
  /// Largest header accepted, as in the public implementation: keeps a damaged length from
  /// allocating the machine's memory.
  public static final long MAX_HEADER_BYTES = 100_000_000;

  /// Most tensors in one file: a hundred times the largest public checkpoints.
  public static final int MAX_TENSORS = 1 << 18;

  /// Most metadata entries: each costs far more memory than its bytes in the file.
  public static final int MAX_METADATA_ENTRIES = 1 << 16;

  /// Longest tensor name or metadata key, in chars; public checkpoints stay below 200.
  public static final int MAX_NAME_CHARS = 4096;

  /// Most dimensions of one tensor.
  public static final int MAX_RANK = 16;

  /// In an expected shape: any size is right.
  public static final long ANY_SIZE = -1;

  /// Tensors named in a message about a missing one.
  private static final int NAMES_SHOWN = 3;

  private static final int LENGTH_BYTES = Long.BYTES;

  private final Path path;
  private final Arena arena;
  private final Map<String, String> metadata;
  private final NavigableMap<String, Tensor> tensors;

  private SafetensorsFile(
      Path path, Arena arena, Map<String, String> metadata, NavigableMap<String, Tensor> tensors) {
    this.path = path;
    this.arena = arena;
    this.metadata = metadata;
    this.tensors = tensors;
  }

  /// Maps and checks a file of any size; only the header is read.
  ///
  /// @throws MalformedSafetensorsException when it is not a whole and consistent safetensors file
  public static SafetensorsFile open(Path path) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return parse(path, arena, file);
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /// Where the file is.
  public Path path() {
    return path;
  }

  /// The free-form strings of the header, sorted by key; unmodifiable.
  public Map<String, String> metadata() {
    return metadata;
  }

  /// The names of all tensors, sorted; unmodifiable.
  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(tensors.navigableKeySet());
  }

  /// Whether the file has a tensor of this name.
  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  /// The tensor of this name.
  ///
  /// @throws MalformedSafetensorsException when there is none, with the names nearest to it
  public Tensor tensor(String name) throws MalformedSafetensorsException {
    @Nullable Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new MalformedSafetensorsException(
          path, "no tensor '%s' among %d; nearest: %s".formatted(name, tensors.size(), near(name)));
    }
    return tensor;
  }

  private String near(String name) {
    return NearNames.of(name, tensors.keySet(), NAMES_SHOWN).stream()
        .map(HeaderParser::clipped)
        .collect(Collectors.joining(", "));
  }

  /// The tensor of this name, checked to have this type and shape ([#ANY_SIZE] leaves a dimension
  /// open; no dimensions means a single value).
  public Tensor tensor(String name, DType dtype, long... shape)
      throws MalformedSafetensorsException {
    Tensor tensor = tensor(name);
    if (tensor.dtype() != dtype || !tensor.hasShape(shape)) {
      throw new MalformedSafetensorsException(
          path,
          "tensor '%s' is %s, expected %s"
              .formatted(
                  name,
                  Tensor.describe(tensor.dtype(), tensor.shape()),
                  Tensor.describe(dtype, shape)));
    }
    return tensor;
  }

  /// Adds every tensor (sorted by name: name, type, shape, bytes) to a digest; metadata stays out.
  public void digest(ContentDigest digest) {
    digest.add((long) tensors.size());
    tensors.values().forEach(tensor -> tensor.digest(digest));
  }

  /// Unmaps the file; a second call does nothing.
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  private static SafetensorsFile parse(Path path, Arena arena, MemorySegment file)
      throws MalformedSafetensorsException {
    long headerBytes = headerLength(path, file);
    byte[] json = file.asSlice(LENGTH_BYTES, headerBytes).toArray(ValueLayout.JAVA_BYTE);
    HeaderParser.Header header = HeaderParser.parse(path, json);
    MemorySegment data = file.asSlice(LENGTH_BYTES + headerBytes);
    checkLayout(path, header, data.byteSize());
    NavigableMap<String, Tensor> tensors = new TreeMap<>();
    for (HeaderParser.Entry entry : header.tensors().values()) {
      MemorySegment values = data.asSlice(entry.begin(), entry.end() - entry.begin());
      tensors.put(entry.spec().name(), new Tensor(entry.spec(), values));
    }
    return new SafetensorsFile(
        path, arena, Collections.unmodifiableMap(header.metadata()), tensors);
  }

  private static long headerLength(Path path, MemorySegment file)
      throws MalformedSafetensorsException {
    if (file.byteSize() < LENGTH_BYTES) {
      throw new MalformedSafetensorsException(
          path, "has %d bytes, too few for a header length".formatted(file.byteSize()));
    }
    long length = file.get(LittleEndian.I64, 0);
    if (length < 0 || length > MAX_HEADER_BYTES) {
      throw new MalformedSafetensorsException(
          path,
          "header length %s must be within 0..%d; is this a safetensors file?"
              .formatted(Long.toUnsignedString(length), MAX_HEADER_BYTES));
    }
    if (length > file.byteSize() - LENGTH_BYTES) {
      throw new MalformedSafetensorsException(
          path,
          "header length %d exceeds the file's %d bytes; the file is cut"
              .formatted(length, file.byteSize()));
    }
    return length;
  }

  /// The tensors must tile the data exactly: a hole could hide bytes, an overlap could alias them.
  private static void checkLayout(Path path, HeaderParser.Header header, long dataBytes)
      throws MalformedSafetensorsException {
    List<HeaderParser.Entry> inOrder =
        header.tensors().values().stream()
            .sorted(
                Comparator.comparingLong(HeaderParser.Entry::begin)
                    .thenComparingLong(HeaderParser.Entry::end))
            .toList();
    long expected = 0;
    for (HeaderParser.Entry entry : inOrder) {
      if (entry.begin() != expected) {
        throw new MalformedSafetensorsException(
            path,
            "tensor '%s' begins at byte %d of the data, expected %d: %s"
                .formatted(
                    HeaderParser.clipped(entry.spec().name()),
                    entry.begin(),
                    expected,
                    entry.begin() < expected ? "tensors overlap" : "bytes between tensors"));
      }
      expected = entry.end();
    }
    if (expected != dataBytes) {
      throw new MalformedSafetensorsException(
          path,
          "the header describes %d bytes of data and the file holds %d: %s"
              .formatted(
                  expected,
                  dataBytes,
                  expected > dataBytes
                      ? "the file is cut"
                      : "bytes at its end belong to no tensor"));
    }
  }
}
