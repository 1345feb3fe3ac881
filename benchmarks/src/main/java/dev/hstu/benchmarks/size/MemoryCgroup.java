package dev.hstu.benchmarks.size;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A group of processes whose heap, native memory and page cache together the kernel bounds.
/// Closing it removes it, after its processes have ended. Versions 1 and 2.
public final class MemoryCgroup implements AutoCloseable {

  private static final Path FIRST = Path.of("/sys/fs/cgroup/memory");
  private static final Path SECOND = Path.of("/sys/fs/cgroup");

  private final Path folder;
  private final boolean isFirst;

  private MemoryCgroup(Path folder, boolean isFirst) {
    this.folder = folder;
    this.isFirst = isFirst;
  }

  /// Makes a group.
  ///
  /// @throws IOException saying what it takes, where this process may not
  public static MemoryCgroup create(String name, long bytes) throws IOException {
    boolean isFirst = Files.exists(FIRST.resolve("memory.limit_in_bytes"));
    Path folder = (isFirst ? FIRST : SECOND).resolve(name);
    MemoryCgroup group = new MemoryCgroup(folder, isFirst);
    try {
      Files.createDirectory(folder);
      Files.writeString(
          folder.resolve(isFirst ? "memory.limit_in_bytes" : "memory.max"), Long.toString(bytes));
      return group;
    } catch (IOException e) {
      Files.deleteIfExists(folder);
      throw new IOException(
          ("%s cannot be made (%s); run as root with the memory controller writable, or without the"
                  + " bounds by --unbounded")
              .formatted(folder, e.getMessage()),
          e);
    }
  }

  /// A command that runs another inside.
  public List<String> inside(List<String> command) {
    List<String> joined = new ArrayList<>();
    joined.addAll(List.of("/bin/sh", "-c", "echo $$ > \"$0\" && exec \"$@\""));
    joined.add(folder.resolve("cgroup.procs").toString());
    joined.addAll(command);
    return joined;
  }

  /// The most memory held at once, heap, native memory and page cache; -1 where the kernel doesn't
  /// tell.
  public long peakBytes() throws IOException {
    Path peak = folder.resolve(isFirst ? "memory.max_usage_in_bytes" : "memory.peak");
    return Files.exists(peak) ? Long.parseLong(Files.readString(peak).strip()) : -1;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(folder);
  }
}
