package dev.hstu.retrieval.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.weights.Checkpoint;
import dev.hstu.encoder.weights.ConfigJson;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes a model folder of weights that the public implementation trained, given as safetensors
/// under its own tensor names, and the vocabulary and clock they were trained with.
///
/// Shapes are taken from a configuration (a JSON file, or the file's metadata `config`) or else
/// from the tensors, which tell all but the number of heads and how the slots are split. Every
/// tensor is checked against them, and every value must be finite.
public final class CheckpointImport {

  private static final String CONFIG_METADATA = "config";

  /// What may stand before the public names: `module.` where training was distributed, `model.` in
  /// files with other tensors beside the weights.
  private static final List<String> PREFIXES = List.of("", "module.", "model.");

  private static final ObjectMapper JSON = new ObjectMapper();

  private CheckpointImport() {}

  /// Which item a row of the checkpoint's item embeddings belongs to.
  public enum ItemRows {
    /// Row `r + 1` to row `r` of the vocabulary; both have the same number of items.
    VOCABULARY,
    /// Row `r` to the item whose id is the integer `r`, as in the public implementation's own
    /// MovieLens runs; rows without an item in the vocabulary are left out.
    IDS
  }

  /// What the tensors cannot tell.
  ///
  /// @param config a JSON file of shapes, or null
  /// @param heads `h`, or null where a configuration tells it
  /// @param maxEvents `Nmax`, or null for all slots but [CheckpointShapes#USUAL_OUTPUT_SLOTS]
  public record Shapes(
      @Nullable Path config, @Nullable Integer heads, @Nullable Integer maxEvents) {}

  /// Writes `out`, which appears whole or not at all.
  ///
  /// @param companions of the model, see [ModelFolder]
  /// @return configuration and fingerprint of the model written
  /// @throws UnusableInputException when shapes, ids or values cannot be used, or `out` exists
  public static Written run(
      Path weights,
      Shapes shapes,
      IdTable vocabulary,
      Clock clock,
      ItemRows rows,
      Path out,
      Map<String, byte[]> companions)
      throws IOException {
    FolderSwap.prepare(out, false);
    try (SafetensorsFile file = SafetensorsFile.open(weights)) {
      String prefix = prefix(file);
      NetworkConfig config = config(file, prefix, shapes);
      ModelWeights read = Checkpoint.read(file, prefix, config);
      requireFinite(file, prefix, config);
      NetworkModel model =
          switch (rows) {
            case VOCABULARY -> inOrder(config, clock, vocabulary, read);
            case IDS -> byId(config, clock, vocabulary, read);
          };
      ModelFolder.save(out, model, companions);
      return new Written(model.config(), model.fingerprint());
    } catch (MalformedSafetensorsException e) {
      throw new UnusableInputException(e.getMessage(), e);
    }
  }

  /// The model that was written.
  public record Written(NetworkConfig config, String fingerprint) {}

  private static String prefix(SafetensorsFile file) {
    for (String prefix : PREFIXES) {
      if (file.contains(prefix + CheckpointNames.ITEM_EMBEDDINGS)) {
        return prefix;
      }
    }
    throw new UnusableInputException(
        "'%s' has no tensor '%s'; save the model's state_dict() under its own names"
            .formatted(file.path(), CheckpointNames.ITEM_EMBEDDINGS));
  }

  private static NetworkConfig config(SafetensorsFile file, String prefix, Shapes shapes)
      throws IOException {
    Path given = shapes.config();
    if (given != null) {
      return parse(given.toString(), Files.readString(given));
    }
    String stored = file.metadata().get(CONFIG_METADATA);
    return stored == null
        ? CheckpointShapes.infer(file, prefix, shapes)
        : parse(file.path() + " metadata", stored);
  }

  private static NetworkConfig parse(String where, String text) {
    try {
      JsonNode json = JSON.readTree(text);
      return ConfigJson.readNetwork(json);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new UnusableInputException(
          "the configuration in '%s' cannot be used: %s".formatted(where, e.getMessage()), e);
    }
  }

  private static void requireFinite(SafetensorsFile file, String prefix, NetworkConfig config)
      throws IOException {
    for (String name :
        CheckpointNames.specs(config).stream().map(spec -> prefix + spec.name()).toList()) {
      MemorySegment data = file.tensor(name).data();
      for (long at = 0; at < data.byteSize(); at += Float.BYTES) {
        float value = data.get(ModelWeights.FLOAT, at);
        if (!Float.isFinite(value)) {
          throw new UnusableInputException(
              "'%s': tensor '%s' has the value %s at %d; the training has diverged, take an earlier checkpoint"
                  .formatted(file.path(), name, value, at / Float.BYTES));
        }
      }
    }
  }

  private static NetworkModel inOrder(
      NetworkConfig config, Clock clock, IdTable vocabulary, ModelWeights weights) {
    if (vocabulary.size() != config.items()) {
      throw new UnusableInputException(
          "the checkpoint has %d items and the data %d; give the data it was trained on, or --item-rows ids where its rows are the items' own ids"
              .formatted(config.items(), vocabulary.size()));
    }
    return new NetworkModel(config, clock, vocabulary, weights);
  }

  private static NetworkModel byId(
      NetworkConfig config, Clock clock, IdTable vocabulary, ModelWeights weights) {
    long rowBytes = (long) config.embeddingDim() * Float.BYTES;
    MemorySegment chosen =
        Arena.ofAuto().allocate((vocabulary.size() + 1L) * rowBytes, Float.BYTES);
    for (int item = 0; item < vocabulary.size(); item++) {
      long row = rowOfId(vocabulary.idAt(item), config.items());
      MemorySegment.copy(
          weights.itemEmbeddings(), row * rowBytes, chosen, (item + 1L) * rowBytes, rowBytes);
    }
    return new NetworkModel(
        config.withItems(vocabulary.size()), clock, vocabulary, weights.withItems(chosen));
  }

  private static long rowOfId(String id, int rows) {
    long row = IdTable.isCanonicalInt64(id) ? Long.parseLong(id) : 0;
    if (row < 1 || row > rows) {
      throw new UnusableInputException(
          "item id '%s' is no row of the checkpoint, which has rows 1..%d; --item-rows ids needs every id to be one"
              .formatted(id, rows));
    }
    return row;
  }
}
