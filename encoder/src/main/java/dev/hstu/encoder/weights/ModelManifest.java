package dev.hstu.encoder.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.FileChecksum;
import dev.hstu.kernels.storage.ManifestVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// `config.json` of a model folder: what the tensors mean, and what the other files were when they
/// were written.
///
/// @param files by name inside the folder
record ModelManifest(
    ModelConfig config, Clock clock, String fingerprint, SortedMap<String, FileChecksum> files) {

  /// Of all but the plainest. Releases that know no ensembles refuse one by its `model`.
  static final int FORMAT_VERSION = 2;

  /// Of HSTU without features, which earlier releases read.
  private static final int PLAIN_VERSION = 1;

  private static final ObjectMapper JSON = new ObjectMapper();

  static ModelManifest of(Model model, SortedMap<String, FileChecksum> files) {
    return new ModelManifest(model.config(), model.clock(), model.fingerprint(), files);
  }

  byte[] toJson() throws JsonProcessingException {
    ObjectNode json = JSON.createObjectNode();
    boolean plain = config instanceof HstuConfig && config.features().equals(ModelFeatures.NONE);
    json.put("format_version", plain ? PLAIN_VERSION : FORMAT_VERSION)
        .put("written_by", ManifestVersion.writer());
    ConfigJson.write(config, json);
    json.put("clock", clock.spec()).put("fingerprint", fingerprint);
    ObjectNode list = json.putObject("files");
    files.forEach(
        (name, checksum) ->
            list.putObject(name).put("bytes", checksum.bytes()).put("sha256", checksum.sha256()));
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
  }

  /// @throws DamagedFileException naming `file` and what is wrong in it
  static ModelManifest read(Path file) throws IOException {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      ManifestVersion.requireReadable(
          file,
          json.path("format_version").asLong(),
          FORMAT_VERSION,
          json.path("written_by").asText("another release"));
      return new ModelManifest(
          ConfigJson.read(json),
          Clock.parse(json.path("clock").asText()),
          json.path("fingerprint").asText(),
          checksums(json.path("files")));
    } catch (NoSuchFileException e) {
      throw new DamagedFileException(file, "is missing; is this the folder of a model?", e);
    } catch (JsonProcessingException e) {
      throw new DamagedFileException(file, "is not JSON: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new DamagedFileException(file, e.getMessage(), e);
    }
  }

  private static SortedMap<String, FileChecksum> checksums(JsonNode json) {
    SortedMap<String, FileChecksum> files = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      JsonNode value = entry.getValue();
      files.put(
          entry.getKey(),
          new FileChecksum(value.path("bytes").asLong(-1), value.path("sha256").asText()));
    }
    return files;
  }
}
