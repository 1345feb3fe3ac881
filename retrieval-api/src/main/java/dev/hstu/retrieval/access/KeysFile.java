package dev.hstu.retrieval.access;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The file of all keys: JSON, replaced as a whole by every change, so that a service that follows
/// it sees the old or the new one. It holds no secret: who reads it can't call, who writes it can.
public final class KeysFile {

  /// Most keys of one file; each client has one, and two while it rotates.
  public static final int MAX_KEYS = 10_000;

  /// Largest file that is read: some 200 bytes a key.
  private static final long MAX_BYTES = 4L << 20;

  private static final int FORMAT = 1;
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;

  /// The keys in `file`, perhaps not there yet.
  public KeysFile(Path file) {
    this.file = file;
  }

  private record Document(
      @JsonProperty("format") int format, @JsonProperty("keys") List<AccessKey> keys) {}

  /// All keys, in the order they were added.
  ///
  /// @throws DamagedFileException when the file isn't there or isn't one of keys
  public List<AccessKey> read() throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new DamagedFileException(file, "there is no such file; make it by hstu keys add");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new DamagedFileException(
          file, "larger than %d bytes and so no file of keys".formatted(MAX_BYTES));
    }
    return parse(Files.readAllBytes(file));
  }

  /// Adds a key of a new id.
  ///
  /// @return the key, whose secret is kept nowhere
  /// @throws IllegalArgumentException when the id is taken or can't be one
  public PresentedKey add(String id, Role role) throws IOException {
    PresentedKey key = PresentedKey.random(id);
    try (FileChannel channel = lockFile();
        FileLock _ = channel.lock()) {
      List<AccessKey> keys = existing();
      if (keys.stream().anyMatch(other -> other.id().equals(id))) {
        throw new IllegalArgumentException(
            "key '%s' is in %s already; rotate by adding one of another id and removing this one later"
                .formatted(id, file));
      }
      if (keys.size() >= MAX_KEYS) {
        throw new IllegalArgumentException(
            "%s has %d keys, which is the most there may be; remove some"
                .formatted(file, MAX_KEYS));
      }
      byte[] salt = PresentedKey.bytes(AccessKey.SALT_BYTES);
      keys.add(
          new AccessKey(
              id,
              role,
              text(salt),
              text(AccessKey.hash(salt, key.secret())),
              Instant.now().toString()));
      write(keys);
    }
    return key;
  }

  /// Takes a key out.
  ///
  /// @throws IllegalArgumentException when there is none of that id
  public void remove(String id) throws IOException {
    try (FileChannel channel = lockFile();
        FileLock _ = channel.lock()) {
      List<AccessKey> keys = existing();
      if (!keys.removeIf(key -> key.id().equals(id))) {
        throw new IllegalArgumentException(
            "key '%s' is not in %s; hstu keys list shows all".formatted(id, file));
      }
      write(keys);
    }
  }

  private List<AccessKey> existing() throws IOException {
    return Files.exists(file) ? new ArrayList<>(read()) : new ArrayList<>();
  }

  private List<AccessKey> parse(byte[] content) throws IOException {
    Document document;
    try {
      document = JSON.readValue(content, Document.class);
    } catch (JsonProcessingException e) {
      throw new DamagedFileException(file, "not a file of keys: " + e.getOriginalMessage(), e);
    }
    if (document.format() != FORMAT || document.keys() == null) {
      throw new DamagedFileException(
          file, "of format %d and this release reads %d".formatted(document.format(), FORMAT));
    }
    Set<String> ids = new HashSet<>();
    for (AccessKey key : document.keys()) {
      if (key == null || !ids.add(key.id())) {
        throw new DamagedFileException(file, "an entry is null or names a key a second time");
      }
    }
    return List.copyOf(document.keys());
  }

  private void write(List<AccessKey> keys) throws IOException {
    DurableFiles.writeAtomically(
        file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(new Document(FORMAT, keys)));
  }

  /// Beside the file, since the file itself is replaced.
  private FileChannel lockFile() throws IOException {
    return FileChannel.open(
        file.resolveSibling(file.getFileName() + ".lock"),
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE);
  }

  private static String text(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
