package dev.hstu.kernels.safetensors;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which of our formats a safetensors file holds, as the metadata strings `format` and
/// `format_version`: the last versions stay readable and a newer one is refused by its number.
///
/// @param format the format's name
/// @param version the version written, from 1
/// @param oldestReadable the oldest version still read
public record FormatVersion(String format, int version, int oldestReadable) {
  private static final String FORMAT = "format";
  private static final String VERSION = "format_version";

  /// Checks the order of the versions.
  public FormatVersion {
    if (oldestReadable < 1 || version < oldestReadable) {
      throw new IllegalArgumentException(
          "version=%d must be at least oldestReadable=%d, and that at least 1"
              .formatted(version, oldestReadable));
    }
  }

  /// Adds the two strings to a file's metadata.
  public void addTo(Map<String, String> metadata) {
    metadata.put(FORMAT, format);
    metadata.put(VERSION, Integer.toString(version));
  }

  /// Checks that a file is of this format and readable, and gives its version.
  ///
  /// @throws MalformedSafetensorsException when it is another format or a version not readable here
  public int check(SafetensorsFile file) throws MalformedSafetensorsException {
    @Nullable String found = file.metadata().get(FORMAT);
    if (!format.equals(found)) {
      throw new MalformedSafetensorsException(
          file.path(), "metadata 'format' is %s, expected %s".formatted(found, format));
    }
    String text = String.valueOf(file.metadata().get(VERSION));
    for (int readable = oldestReadable; readable <= version; readable++) {
      if (text.equals(Integer.toString(readable))) {
        return readable;
      }
    }
    throw new MalformedSafetensorsException(
        file.path(),
        "format_version %s of %s must be within %d..%d; read it with the release that wrote it"
            .formatted(HeaderParser.clipped(text), format, oldestReadable, version));
  }
}
