package dev.hstu.retrieval.gate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// `publications.log` of a generation store: one JSON document a line, appended and never changed;
/// a few hundred bytes a publication or rollback, so it isn't rotated. A line cut by a crash is
/// passed over.
public final class PublicationLog {

  /// Its name in the store's folder.
  public static final String FILE = "publications.log";

  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final Path file;

  /// The log of the store in `root`, perhaps not there yet.
  public PublicationLog(Path root) {
    this.file = root.resolve(FILE);
  }

  /// All entries, the oldest first.
  public List<PublicationEntry> entries() throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    List<PublicationEntry> entries = new ArrayList<>();
    try (Stream<String> lines = Files.lines(file)) {
      lines.forEach(line -> parse(line).ifPresent(entries::add));
    }
    return entries;
  }

  /// The last publication of a generation, if it ever went through the gate; a rollback to it
  /// changes nothing of what the gate said.
  public Optional<PublicationEntry> last(String generation) throws IOException {
    return entries().stream()
        .filter(entry -> entry.action() == PublicationEntry.Action.PUBLISH)
        .filter(entry -> entry.generation().equals(generation))
        .reduce((earlier, later) -> later);
  }

  /// Adds an entry, which is on the disk on return. One write, so that lines of two processes don't
  /// mix; it begins a new line where a crash cut the last one.
  void append(PublicationEntry entry) throws IOException {
    boolean created = !Files.exists(file);
    String line = JSON.writeValueAsString(entry) + "\n";
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      ByteBuffer bytes =
          ByteBuffer.wrap(((endsInLine() ? "" : "\n") + line).getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    if (created) {
      DurableFiles.fsyncDirectory(file.toAbsolutePath().getParent());
    }
  }

  private boolean endsInLine() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      long size = channel.size();
      return size == 0 || (channel.read(last, size - 1) == 1 && last.get(0) == '\n');
    }
  }

  private static Optional<PublicationEntry> parse(String line) {
    try {
      return Optional.ofNullable(JSON.readValue(line, PublicationEntry.class));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
