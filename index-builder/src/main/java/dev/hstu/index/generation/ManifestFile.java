package dev.hstu.index.generation;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import dev.hstu.index.search.GraphSettings;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.kernels.storage.ContentDigest;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.kernels.storage.ManifestVersion;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;

/// `generation.json`: a [GenerationManifest] and, as its last key, `checksum`: the SHA-256 of the
/// file's own bytes with the 64 digits of the checksum written as zeros. The other files are
/// guarded by their checksums in here, and this guards those.
final class ManifestFile {

  private static final String CHECKSUM = "checksum";
  private static final String NO_CHECKSUM = "0".repeat(64);

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .addModule(
              new SimpleModule()
                  .addSerializer(Instant.class, ToStringSerializer.instance)
                  .addDeserializer(Instant.class, new InstantText()))
          .build();

  private ManifestFile() {}

  static void write(Path file, GenerationManifest manifest) throws IOException {
    ObjectNode json = JSON.valueToTree(manifest);
    json.put(CHECKSUM, NO_CHECKSUM);
    String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
    int digits = text.lastIndexOf(NO_CHECKSUM);
    String checked =
        text.substring(0, digits) + sha256(text) + text.substring(digits + NO_CHECKSUM.length());
    DurableFiles.writeAtomically(file, checked.getBytes(StandardCharsets.UTF_8));
  }

  /// @throws DamagedFileException naming `file` and what is wrong in it
  static GenerationManifest read(Path file) throws IOException {
    try {
      String text = Files.readString(file);
      JsonNode json = JSON.readTree(text);
      ManifestVersion.requireReadable(
          file,
          json.path("format_version").asLong(),
          GenerationManifest.FORMAT_VERSION,
          json.path("written_by").asText("another release"));
      requireChecksum(file, text, json.path(CHECKSUM).asText());
      return JSON.treeToValue(
          json.path("format_version").asInt() == 1 ? withIndex(json) : json,
          GenerationManifest.class);
    } catch (NoSuchFileException e) {
      throw new DamagedFileException(file, "is missing; the folder is no whole generation", e);
    } catch (JsonProcessingException e) {
      throw new DamagedFileException(file, "cannot be read: " + e.getOriginalMessage(), e);
    } catch (CharacterCodingException e) {
      throw new DamagedFileException(file, "is not UTF-8", e);
    }
  }

  /// Version 1 knew no updates and one index, a float32 graph in one shard, and named it `graph`.
  private static ObjectNode withIndex(JsonNode first) throws JsonProcessingException {
    ObjectNode json = first.deepCopy();
    JsonNode graph = json.remove("graph");
    if (!(graph instanceof ObjectNode settings)) {
      throw new JsonParseException(null, "version 1 has no graph");
    }
    settings.put("bits", GraphSettings.FULL_PRECISION);
    json.put("carried_updates", 0);
    json.set(
        "index",
        JSON.valueToTree(IndexSettings.graph(JSON.treeToValue(settings, GraphSettings.class))));
    return json;
  }

  private static void requireChecksum(Path file, String text, String checksum)
      throws DamagedFileException {
    int digits = text.lastIndexOf(checksum);
    boolean right =
        checksum.length() == NO_CHECKSUM.length()
            && sha256(
                    text.substring(0, digits)
                        + NO_CHECKSUM
                        + text.substring(digits + checksum.length()))
                .equals(checksum);
    if (!right) {
      throw new DamagedFileException(
          file,
          "has changed since it was written (its checksum differs); build the generation anew");
    }
  }

  private static String sha256(String text) {
    return ContentDigest.sha256(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static final class InstantText extends JsonDeserializer<Instant> {
    @Override
    public Instant deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String text = parser.getText();
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        throw context.weirdStringException(text, Instant.class, e.getMessage());
      }
    }
  }
}
