package dev.hstu.benchmarks.size;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.index.memory.MemorySize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Builds and searches a generation in processes of their own, each inside a memory cgroup.
///
/// Files are thrown out of the page cache before each process, so that every page it uses is its
/// own and counts against its bound.
public final class SizeRun {

  /// The heap of a process that searches: ids with their table and popularity, 30 bytes an item,
  /// and room for the rest of the service.
  private static final long SEARCH_HEAP_BYTES_PER_ITEM = 34;

  private static final long SEARCH_HEAP_BYTES = 48L << 20;

  private static final int YOUNG_MEGABYTES = 24;

  private final SizeFolder folder;
  private final boolean isBounded;

  /// @param folder as [SizeData] filled it
  /// @param isBounded whether to make cgroups
  public SizeRun(Path folder, boolean isBounded) {
    this.folder = new SizeFolder(folder);
    this.isBounded = isBounded;
  }

  /// What a process told, and the most memory it held.
  ///
  /// @param peakBytes of its cgroup; -1 without one
  record Bounded<T>(T told, String ram, long peakBytes) {}

  /// Builds once and searches once within each bound.
  ///
  /// @param shards of the index at least
  /// @param searchRam the roomiest first, under which the recall is measured too
  public SizeReport.Size measure(
      String buildRam,
      int shards,
      List<String> searchRam,
      int items,
      int queries,
      int k,
      int recallQueries)
      throws IOException {
    Bounded<SizeBuild> build = build(buildRam, shards);
    List<Bounded<SizeSearch>> searches = new ArrayList<>();
    for (String ram : searchRam) {
      searches.add(search(ram, items, queries, k, searches.isEmpty() ? recallQueries : 0));
    }
    return new SizeReport.Size(build, searches);
  }

  private Bounded<SizeBuild> build(String ram, int shards) throws IOException {
    return run(
        SizeBuild.class,
        ram,
        List.of("-XX:MaxRAM=" + ram),
        "build",
        folder.root().toString(),
        ram,
        Integer.toString(shards));
  }

  private Bounded<SizeSearch> search(String ram, int items, int queries, int k, int recallQueries)
      throws IOException {
    long heap = SEARCH_HEAP_BYTES + items * SEARCH_HEAP_BYTES_PER_ITEM;
    // A small young generation: searches allocate next to nothing, and the tables are old.
    List<String> options =
        List.of("-XX:+UseSerialGC", "-Xmx" + heap, "-Xmn" + YOUNG_MEGABYTES + "m");
    return run(
        SizeSearch.class,
        ram,
        options,
        "search",
        folder.root().toString(),
        Integer.toString(queries),
        Integer.toString(k),
        Integer.toString(recallQueries));
  }

  private <T> Bounded<T> run(
      Class<T> type, String ram, List<String> javaOptions, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(javaOptions);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), SizeChild.class.getName()));
    command.addAll(List.of(arguments));
    forgetPages(folder.root());
    if (!isBounded) {
      return new Bounded<>(told(type, command), ram, -1);
    }
    String name = "hstu-size-" + ProcessHandle.current().pid();
    try (MemoryCgroup group = MemoryCgroup.create(name, MemorySize.parse(ram))) {
      T told = told(type, group.inside(command));
      return new Bounded<>(told, ram, group.peakBytes());
    }
  }

  private static <T> T told(Class<T> type, List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = exitStatus(process);
    @Nullable String last =
        out.lines().filter(line -> line.startsWith("{")).reduce((a, b) -> b).orElse(null);
    if (status != 0 || last == null) {
      throw new IOException(
          "%s ended with status %d%s; its messages stand above"
              .formatted(
                  String.join(" ", command.subList(command.size() - 4, command.size())),
                  status,
                  status == 137 ? " (killed: out of memory)" : ""));
    }
    return new ObjectMapper().readValue(last, type);
  }

  private static int exitStatus(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /// Asks the kernel to drop the pages of every file, through `dd`, which can and Java cannot.
  private static void forgetPages(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Process dd =
            new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0", "status=none")
                .inheritIO()
                .start();
        exitStatus(dd);
      }
    }
  }
}
