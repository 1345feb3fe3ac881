package dev.hstu.encoder.weights;

import dev.hstu.encoder.model.EnsembleConfig;
import dev.hstu.encoder.model.EnsembleModel;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.storage.AtomicFolder;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.kernels.storage.FileChecksum;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A model on disk.
///
/// | file | holds |
/// |---|---|
/// | `config.json` | format version, shapes, clock, fingerprint, size and SHA-256 of the others |
/// | `model.safetensors` | the weights under the public implementation's names |
/// | `vocabulary.safetensors` | external item ids; row `r` is item row `r + 1` |
///
/// Of an ensemble the weights of member `i`, from 0 in the order of `config.json`, stand in the
/// same file under the prefix `members.<i>.`.
///
/// Beside them may stand companions: small files about the model that are no part of it. They
/// appear together with it, and opening a model neither needs nor checks them.
public final class ModelFolder {

  public static final String CONFIG = "config.json";
  public static final String TENSORS = "model.safetensors";
  public static final String VOCABULARY = "vocabulary.safetensors";

  private static final List<String> CHECKED_FILES = List.of(TENSORS, VOCABULARY);

  private ModelFolder() {}

  /// Writes a model without companions; `folder` appears whole or not at all.
  ///
  /// @throws java.nio.file.FileAlreadyExistsException when `folder` exists
  public static void save(Path folder, Model model) throws IOException {
    save(folder, model, Map.of());
  }

  /// Writes a model; `folder` appears whole, companions included, or not at all.
  ///
  /// @param companions contents by file name
  /// @throws java.nio.file.FileAlreadyExistsException when `folder` exists
  public static void save(Path folder, Model model, Map<String, byte[]> companions)
      throws IOException {
    companions.keySet().forEach(ModelFolder::requireCompanionName);
    try (AtomicFolder target = AtomicFolder.creating(folder)) {
      Path path = target.path();
      for (Map.Entry<String, byte[]> companion : companions.entrySet()) {
        DurableFiles.writeAtomically(path.resolve(companion.getKey()), companion.getValue());
      }
      Checkpoint.write(path.resolve(TENSORS), Map.of(), groups(model));
      writeVocabulary(path.resolve(VOCABULARY), model.vocabulary());
      SortedMap<String, FileChecksum> files = new TreeMap<>();
      for (String name : CHECKED_FILES) {
        files.put(name, FileChecksum.of(path.resolve(name)));
      }
      DurableFiles.writeAtomically(path.resolve(CONFIG), ModelManifest.of(model, files).toJson());
      target.commit();
    }
  }

  /// Opens a model, having checked every byte of its folder.
  ///
  /// @throws IOException naming the file that is missing, damaged, of a newer format, or doesn't
  ///     belong to the others
  public static OpenModel open(Path folder) throws IOException {
    Path config = folder.resolve(CONFIG);
    ModelManifest manifest = ModelManifest.read(config);
    for (String name : CHECKED_FILES) {
      @Nullable FileChecksum checksum = manifest.files().get(name);
      if (checksum == null) {
        throw new DamagedFileException(config, "lists no checksum of " + name);
      }
      checksum.verify(folder.resolve(name));
    }
    OpenModel open = read(folder, manifest);
    try {
      requireFingerprint(folder, manifest, open.model());
      return open;
    } catch (IOException | RuntimeException e) {
      open.close();
      throw e;
    }
  }

  /// Opens a model of which the caller has just checked every byte, [#CONFIG] included, against
  /// what was written: as a generation's manifest has them. The fingerprint is then the one in
  /// [#CONFIG], of which [#open] made sure before the generation was built, and no weights are
  /// read.
  ///
  /// @throws IOException naming the file that is missing, of a newer format, or doesn't belong to
  ///     the others
  public static OpenModel openChecked(Path folder) throws IOException {
    return read(folder, ModelManifest.read(folder.resolve(CONFIG)));
  }

  private static OpenModel read(Path folder, ModelManifest manifest) throws IOException {
    SafetensorsFile tensors = SafetensorsFile.open(folder.resolve(TENSORS));
    try {
      Model model = assemble(folder, manifest, tensors);
      model.assumeFingerprint(manifest.fingerprint());
      return new OpenModel(model, tensors);
    } catch (IOException | RuntimeException e) {
      tensors.close();
      throw e;
    }
  }

  private static void requireCompanionName(String name) {
    Path file = Path.of(name);
    boolean inside = file.equals(file.getFileName()) && !name.isBlank() && !name.startsWith(".");
    if (!inside || name.equals(CONFIG) || CHECKED_FILES.contains(name)) {
      throw new IllegalArgumentException(
          "companion '%s' must be a file's name other than those of the model".formatted(name));
    }
  }

  /// The networks of a model as they stand in its file.
  private static List<Checkpoint.Group> groups(Model model) {
    List<Checkpoint.Group> groups = new ArrayList<>();
    for (NetworkModel network : model.networks()) {
      String prefix = prefix(model.config(), groups.size());
      groups.add(new Checkpoint.Group(prefix, network.config(), network.weights()));
    }
    return groups;
  }

  private static String prefix(ModelConfig config, int member) {
    return switch (config) {
      case NetworkConfig network -> "";
      case EnsembleConfig ensemble -> "members." + member + ".";
    };
  }

  private static Model assemble(Path folder, ModelManifest manifest, SafetensorsFile tensors)
      throws IOException {
    ModelConfig config = manifest.config();
    IdTable vocabulary = readVocabulary(folder.resolve(VOCABULARY), config.items());
    List<NetworkModel> networks = new ArrayList<>();
    for (NetworkConfig network : config.networks()) {
      ModelWeights weights = Checkpoint.read(tensors, prefix(config, networks.size()), network);
      networks.add(new NetworkModel(network, manifest.clock(), vocabulary, weights));
    }
    return switch (config) {
      case NetworkConfig network -> networks.getFirst();
      case EnsembleConfig ensemble -> new EnsembleModel(networks);
    };
  }

  private static void requireFingerprint(Path folder, ModelManifest manifest, Model model)
      throws DamagedFileException {
    String found = model.computeFingerprint();
    if (!found.equals(manifest.fingerprint())) {
      throw new DamagedFileException(
          folder.resolve(CONFIG),
          "its fingerprint %s is not that of the model, %s; it was changed, write it anew"
              .formatted(manifest.fingerprint(), found));
    }
  }

  private static void writeVocabulary(Path file, IdTable vocabulary) throws IOException {
    try (SafetensorsWriter writer =
        SafetensorsWriter.create(file, Map.of(), vocabulary.specs(""))) {
      vocabulary.writeTo(writer, "");
      writer.commit();
    }
  }

  private static IdTable readVocabulary(Path path, int items) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      IdTable vocabulary = IdTable.readFrom(file, "");
      if (vocabulary.size() != items) {
        throw new MalformedSafetensorsException(
            path, "has %d ids and %s %d items".formatted(vocabulary.size(), CONFIG, items));
      }
      return vocabulary;
    }
  }
}
