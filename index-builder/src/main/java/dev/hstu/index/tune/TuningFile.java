package dev.hstu.index.tune;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.kernels.storage.ManifestVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// `tuning.json`: a [Tuning], its Pareto front, and, inside a generation, the search calibrated
/// over all items. Keys are the records' names in snake case.
public final class TuningFile {

  /// The version written; it and the one before are readable.
  static final int FORMAT_VERSION = 1;

  /// Far above what the largest sweep takes; a larger file is something else.
  private static final long MAX_BYTES = 4 << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private TuningFile() {}

  /// The document of a tuning.
  public static ObjectNode document(Tuning tuning) {
    ObjectNode json = JSON.createObjectNode();
    json.put("format_version", FORMAT_VERSION).put("written_by", ManifestVersion.writer());
    json.set("tuning", JSON.valueToTree(tuning));
    json.set("pareto_front", JSON.valueToTree(tuning.paretoFront()));
    return json;
  }

  /// Writes a tuning.
  public static void write(Path file, Tuning tuning) throws IOException {
    write(file, document(tuning));
  }

  /// Writes a tuning and what searching the whole index came to.
  public static void write(Path file, Tuning tuning, SearchPoint calibrated) throws IOException {
    ObjectNode json = document(tuning);
    json.set("calibrated", JSON.valueToTree(calibrated));
    write(file, json);
  }

  private static void write(Path file, ObjectNode json) throws IOException {
    String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
    DurableFiles.writeAtomically(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /// Reads what [#write] wrote.
  ///
  /// @throws DamagedFileException naming the file and what is wrong in it
  public static Tuning read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new DamagedFileException(
          file, "has more than %d bytes; give a file that hstu tune wrote".formatted(MAX_BYTES));
    }
    try {
      ObjectNode json = JSON.readValue(Files.readAllBytes(file), ObjectNode.class);
      ManifestVersion.requireReadable(
          file,
          json.path("format_version").asLong(),
          FORMAT_VERSION,
          json.path("written_by").asText("another release"));
      return JSON.treeToValue(json.required("tuning"), Tuning.class);
    } catch (JsonProcessingException e) {
      throw new DamagedFileException(file, "cannot be read: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new DamagedFileException(file, "cannot be read: " + e.getMessage(), e);
    }
  }
}
