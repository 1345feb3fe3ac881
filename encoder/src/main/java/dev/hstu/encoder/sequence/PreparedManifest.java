package dev.hstu.encoder.sequence;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.FileChecksum;
import dev.hstu.kernels.storage.ManifestVersion;
import dev.hstu.kernels.tables.IdType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/// `manifest.json` of a prepared-data folder.
///
/// @param writtenBy the release that wrote the folder
/// @param clock as [Clock#spec]
/// @param fingerprint SHA-256 over clock and content; sources and counts of what was dropped stay
///     out, so the same events from another file have the same one
/// @param files size and digest of the other files, by name
@JsonPropertyOrder({"format_version", "written_by"})
public record PreparedManifest(
    int formatVersion,
    String writtenBy,
    List<String> sources,
    SortedMap<String, String> columns,
    String clock,
    @JsonProperty("user_id_type") IdType userIdType,
    @JsonProperty("item_id_type") IdType itemIdType,
    int users,
    int items,
    int events,
    SortedMap<String, Long> dropped,
    long duplicates,
    long outOfOrder,
    String fingerprint,
    SortedMap<String, FileChecksum> files) {

  static final int FORMAT_VERSION = 1;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  byte[] toJson() throws JsonProcessingException {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
  }

  /// @throws DamagedFileException naming `file` and what is wrong in it
  static PreparedManifest read(Path file) throws IOException {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      ManifestVersion.requireReadable(
          file,
          json.path("format_version").asLong(),
          FORMAT_VERSION,
          json.path("written_by").asText("another release"));
      return JSON.treeToValue(json, PreparedManifest.class);
    } catch (NoSuchFileException e) {
      throw new DamagedFileException(
          file, "is missing; is this a folder that `hstu import --out` wrote?", e);
    } catch (JsonProcessingException e) {
      throw new DamagedFileException(file, "cannot be read: " + e.getOriginalMessage(), e);
    }
  }
}
