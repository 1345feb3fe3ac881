package dev.hstu.kernels.storage;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/// Changes to files that hold after a power cut: write beside, fsync, rename, fsync the directory.
///
/// A rename without the file's fsync may publish an empty file, and one without the directory's
/// fsync may be undone; both steps stay together here.
public final class DurableFiles {
  private static final int BUFFER_BYTES = 1 << 16;

  private DurableFiles() {}

  /// Writes the content of a file.
  @FunctionalInterface
  public interface Content {
    /// Writes everything to `out`, which the caller closes.
    void writeTo(OutputStream out) throws IOException;
  }

  /// Replaces `target` by `content`, wholly or not at all.
  public static void writeAtomically(Path target, byte[] content) throws IOException {
    writeAtomically(target, out -> out.write(content));
  }

  /// Replaces `target` by what `content` writes, wholly or not at all; an exception from `content`
  /// leaves the target as it was.
  public static void writeAtomically(Path target, Content content) throws IOException {
    try (AtomicFile file = AtomicFile.replacing(target)) {
      // Not closed here: closing would close the channel before its fsync.
      OutputStream out =
          new BufferedOutputStream(Channels.newOutputStream(file.channel()), BUFFER_BYTES);
      content.writeTo(out);
      out.flush();
      file.commit();
    }
  }

  /// Forces the content and size of `file` to the disk.
  public static void fsync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// Forces the entries of `directory` (names made, renamed, deleted) to the disk.
  public static void fsyncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// Forces every regular file under `directory`, and every directory itself, to the disk.
  public static void fsyncTree(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()) {
              fsync(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            fsyncDirectory(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /// Renames a file or directory in one step, replacing a file at `to`, and makes the rename
  /// durable. Both must be on one file system.
  public static void renameAtomically(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    Path source = parentOf(from);
    Path destination = parentOf(to);
    fsyncDirectory(destination);
    if (!source.equals(destination)) {
      fsyncDirectory(source);
    }
  }

  /// Deletes a file or a directory with all in it; nothing happens where there is none. Symbolic
  /// links are deleted, not followed.
  public static void deleteRecursively(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /// Deletes the temporary files that killed writers ([AtomicFile]) left directly in `directory`,
  /// and returns how many. Only for the holder of the directory's [DirectoryLock]: a live writer's
  /// file looks the same.
  public static int deleteAbandoned(Path directory) throws IOException {
    int deleted = 0;
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, AtomicFile::isTemporary)) {
      for (Path file : files) {
        Files.delete(file);
        deleted++;
      }
    }
    return deleted;
  }

  private static Path parentOf(Path file) {
    Path parent = file.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " has no parent directory; give a path below one");
    }
    return parent;
  }
}
