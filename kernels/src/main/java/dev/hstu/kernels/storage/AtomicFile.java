package dev.hstu.kernels.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/// A file being written beside its target and renamed onto it whole, so that a reader sees the old
/// file or the new one and a crash leaves the old one.
///
/// The temporary name is `.NAME.tmp-RANDOM` in the target's directory; [#close] without [#commit]
/// deletes it, and what a killed process left is removed by [DurableFiles#deleteAbandoned]. For one
/// thread.
public final class AtomicFile implements AutoCloseable {
  private static final String TEMPORARY_MARK = ".tmp-";

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private boolean committed;

  private AtomicFile(Path target, Path temporary, FileChannel channel) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
  }

  /// Begins a file that will replace `target`, whose directory must exist.
  public static AtomicFile replacing(Path target) throws IOException {
    Path absolute = target.toAbsolutePath();
    Path name = absolute.getFileName();
    if (name == null) {
      throw new IllegalArgumentException("target=" + target + " names no file; give a file's path");
    }
    String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Path temporary = absolute.resolveSibling("." + name + TEMPORARY_MARK + random);
    return new AtomicFile(
        absolute,
        temporary,
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  static boolean isTemporary(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.startsWith(".") && name.contains(TEMPORARY_MARK);
  }

  /// The channel to write to, at its start; closed by [#commit] and [#close].
  public FileChannel channel() {
    return channel;
  }

  /// Makes the content durable and the target's new content: fsync, rename, fsync of the directory.
  public void commit() throws IOException {
    if (committed) {
      throw new IllegalStateException(target + " is already committed; commit once");
    }
    channel.force(true);
    channel.close();
    DurableFiles.renameAtomically(temporary, target);
    committed = true;
  }

  @Override
  public void close() throws IOException {
    if (!committed) {
      channel.close();
      Files.deleteIfExists(temporary);
    }
  }
}
