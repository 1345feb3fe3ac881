package dev.hstu.kernels.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The right to change a directory: one holder at a time among processes and inside this one.
///
/// The operating system frees the lock of a killed process, so nothing has to be cleaned up; the
/// file `LOCK` stays, empty when free and with the holder's process id when held.
public final class DirectoryLock implements AutoCloseable {
  /// The lock file's name inside the directory.
  public static final String FILE_NAME = "LOCK";

  private static final int MAX_PID_BYTES = 32;

  // POSIX record locks belong to the process and fall when it closes *any* descriptor of the file,
  // so a second attempt from this process must be refused before it opens the file.
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;
  private boolean closed;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /// Takes the lock of `directory`, which must exist, without waiting.
  ///
  /// @throws DirectoryLockedException when another holds it, with that holder's process id
  public static DirectoryLock acquire(Path directory) throws IOException {
    Path real = directory.toRealPath();
    if (!HELD_HERE.add(real)) {
      throw new DirectoryLockedException(
          directory, "this process (pid " + ProcessHandle.current().pid() + ")");
    }
    DirectoryLock lock = null;
    try {
      lock = lockFile(real);
      return lock;
    } finally {
      if (lock == null) {
        HELD_HERE.remove(real);
      }
    }
  }

  private static DirectoryLock lockFile(Path directory) throws IOException {
    Path file = directory.resolve(FILE_NAME);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    boolean acquired = false;
    try {
      @Nullable FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new DirectoryLockedException(directory, holderOf(channel));
      }
      byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pid), 0);
      acquired = true;
      return new DirectoryLock(directory, channel);
    } finally {
      if (!acquired) {
        channel.close();
      }
    }
  }

  private static String holderOf(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(MAX_PID_BYTES);
    channel.read(pid, 0);
    String text = new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII).strip();
    return text.isEmpty() ? "another process" : "another process (pid " + text + ")";
  }

  /// The directory held, as its real path.
  public Path directory() {
    return directory;
  }

  /// Frees the lock; a second call does nothing.
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      channel.truncate(0);
      channel.close();
    } finally {
      HELD_HERE.remove(directory);
    }
  }
}
