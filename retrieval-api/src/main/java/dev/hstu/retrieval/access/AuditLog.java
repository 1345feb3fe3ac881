package dev.hstu.retrieval.access;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.retrieval.config.GenerationSettings;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// `audit.log` in the generations folder: who changed what through the service, one JSON document a
/// line, on the disk before the caller is answered. Publications and rollbacks of the command line
/// stand in `publications.log` beside it.
///
/// Callers that arrive while a write is under way share the next one and its fsync; at most one
/// line a request in flight waits. The file is opened anew for each write, so it is rotated by
/// renaming it.
@Singleton
public final class AuditLog {

  /// Its name in the generations folder.
  public static final String FILE = "audit.log";

  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final Object queue = new Object();
  private final ReentrantLock writing = new ReentrantLock();
  private ByteArrayOutputStream waiting = new ByteArrayOutputStream();
  private long queued;

  // Under `writing`.
  private long written;
  private long failedThrough;
  private @Nullable IOException failure;

  public AuditLog(GenerationSettings settings) {
    this.file = settings.folder().resolve(FILE);
  }

  /// Adds a line, which is on the disk on return.
  public void append(AuditEntry entry) throws IOException {
    byte[] line = (JSON.writeValueAsString(entry) + "\n").getBytes(StandardCharsets.UTF_8);
    long mine;
    synchronized (queue) {
      waiting.writeBytes(line);
      mine = ++queued;
    }
    writing.lock();
    try {
      if (written < mine) {
        writeWaiting();
      }
      if (mine <= failedThrough && failure != null) {
        throw new IOException(String.valueOf(failure.getMessage()), failure);
      }
    } finally {
      writing.unlock();
    }
  }

  private void writeWaiting() {
    byte[] lines;
    long through;
    synchronized (queue) {
      lines = waiting.toByteArray();
      waiting = new ByteArrayOutputStream();
      through = queued;
    }
    try {
      write(lines);
    } catch (IOException e) {
      failure = e;
      failedThrough = through;
    }
    written = through;
  }

  private void write(byte[] lines) throws IOException {
    boolean created = !Files.exists(file);
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      ByteBuffer bytes = ByteBuffer.wrap(lines);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    if (created) {
      DurableFiles.fsyncDirectory(file.toAbsolutePath().getParent());
    }
  }
}
