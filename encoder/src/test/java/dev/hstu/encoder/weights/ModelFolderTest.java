package dev.hstu.encoder.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.model.EnsembleModel;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.SeriesColumn;
import dev.hstu.kernels.storage.FileChecksum;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A model comes back from its folder as it was, and a folder that isn't whole is refused with the
/// name of the file.
class ModelFolderTest {

  private static final HstuConfig CONFIG = new HstuConfig(5, 6, 2, 4, 2, 3, 2, 2, 0.05, 3);

  @TempDir private Path directory;
  private Path folder;
  private NetworkModel model;

  @BeforeEach
  void saveModel() throws IOException {
    folder = directory.resolve("model");
    IdTable ids = IdTable.ofStrings(List.of("a", "b", "ü", "d", "e"));
    model = new NetworkModel(CONFIG, new Clock.Sequence(60), ids, RandomModels.weights(CONFIG, 4));
    ModelFolder.save(folder, model);
  }

  @Test
  void comesBackAsItWas() throws IOException {
    try (OpenModel open = ModelFolder.open(folder)) {
      NetworkModel read = open.model().network();
      assertThat(read.config()).isEqualTo(CONFIG);
      assertThat(read.clock()).isEqualTo(new Clock.Sequence(60));
      assertThat(read.vocabulary().idAt(2)).isEqualTo("ü");
      assertThat(read.fingerprint()).isEqualTo(model.fingerprint());
      assertThat(read.weights().itemEmbeddings().mismatch(model.weights().itemEmbeddings()))
          .isEqualTo(-1);
      assertThat(read.weights().positions()).isEqualTo(model.weights().positions());
      for (int i = 0; i < CONFIG.blocks(); i++) {
        assertThat(read.weights().blocks().get(i).tensors())
            .usingElementComparator(Arrays::compare)
            .isEqualTo(model.weights().blocks().get(i).tensors());
      }
    }
  }

  @Test
  void savingLeavesNothingBesideAndReplacesNothing() {
    assertThat(directory).isDirectoryNotContaining(path -> !path.equals(folder));
    assertThatThrownBy(() -> ModelFolder.save(folder, model))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining(folder.toString());
  }

  @Test
  void featuresReturnAndAModelWithoutThemKeepsTheOlderFormat() throws IOException {
    ModelFeatures features =
        new ModelFeatures(
            List.of(new ModelFeatures.LabelColumn("genres", List.of("Comedy", "Drama \"x\""))),
            List.of(-1f, 0.1f, 5f));
    NetworkModel rich =
        new NetworkModel(
            CONFIG.withFeatures(features),
            model.clock(),
            model.vocabulary(),
            RandomModels.weights(CONFIG.withFeatures(features), 4));
    Path told = directory.resolve("rich");
    ModelFolder.save(told, rich);
    try (OpenModel open = ModelFolder.open(told)) {
      assertThat(open.model().config()).isEqualTo(rich.config());
      assertThat(open.model().fingerprint()).isEqualTo(rich.fingerprint());
      assertThat(open.model().network().weights().labelEmbeddings())
          .isEqualTo(rich.weights().labelEmbeddings());
      assertThat(open.model().network().weights().actionEmbeddings())
          .isEqualTo(rich.weights().actionEmbeddings());
    }
    assertThat(told.resolve("config.json")).content().contains("\"format_version\" : 2");
    assertThat(folder.resolve("config.json")).content().contains("\"format_version\" : 1");
  }

  @Test
  void seriesReturn() throws IOException {
    HstuConfig described =
        RandomModels.config(5, 6, 2, 4, 2, 3, 2, 2)
            .withFeatures(
                ModelFeatures.NONE.withSeries(
                    List.of(
                        new SeriesColumn("gender", List.of("F", "M")),
                        new SeriesColumn("town", List.of("Zug \"x\"")))));
    NetworkModel rich =
        new NetworkModel(
            described, model.clock(), model.vocabulary(), RandomModels.weights(described, 4));
    Path told = directory.resolve("described");
    ModelFolder.save(told, rich);
    try (OpenModel open = ModelFolder.open(told)) {
      assertThat(open.model().config()).isEqualTo(described);
      assertThat(open.model().fingerprint())
          .isEqualTo(rich.fingerprint())
          .isNotEqualTo(model.fingerprint());
      assertThat(open.model().network().weights().seriesEmbeddings())
          .isEqualTo(rich.weights().seriesEmbeddings());
    }
    assertThat(told.resolve("config.json")).content().contains("\"format_version\" : 2");
  }

  @Test
  void companionsStandBesideTheModelAndAreNoPartOfIt() throws IOException {
    Path told = directory.resolve("told");
    ModelFolder.save(told, model, Map.of("note.json", new byte[] {1, 2}));
    assertThat(told.resolve("note.json")).hasBinaryContent(new byte[] {1, 2});
    Files.delete(told.resolve("note.json"));
    try (OpenModel open = ModelFolder.open(told)) {
      assertThat(open.model().fingerprint()).isEqualTo(model.fingerprint());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "model.safetensors", "../note", "/note", "", "..", "a/b"})
  void aCompanionOfAnotherNameThanAFilesOwnIsRefused(String name) {
    Path told = directory.resolve("told");
    assertThatThrownBy(() -> ModelFolder.save(told, model, Map.of(name, new byte[0])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("companion '" + name + "'");
    assertThat(told).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "model.safetensors", "vocabulary.safetensors"})
  void aMissingFileIsRefusedByName(String name) throws IOException {
    Files.delete(folder.resolve(name));
    assertRefusedNaming(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "model.safetensors", "vocabulary.safetensors"})
  void aCutFileIsRefusedByName(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(name));
    for (int length : new int[] {0, 1, bytes.length / 2, bytes.length - 1}) {
      Files.write(folder.resolve(name), Arrays.copyOf(bytes, length));
      assertRefusedNaming(name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "vocabulary.safetensors"})
  void anyFlippedBitIsRefusedByName(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(name));
    Random random = new Random(5);
    for (int trial = 0; trial < 50; trial++) {
      byte[] changed = bytes.clone();
      changed[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(folder.resolve(name), changed);
      assertRefusedNaming(name);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"window_hop\" : 3 | \"window_hop\" : 2 | fingerprint",
        "\"temperature\" : 0.05 | \"temperature\" : 0.06 | fingerprint",
        "sequence(step=60) | sequence(step=61) | fingerprint",
        "sequence(step=60) | sundial | clock 'sundial' is not known",
        "\"num_heads\" : 2 | \"num_heads\" : \"two\" | num_heads=\"two\" must be an integer",
        "\"num_heads\" : 2 | \"num_heads\" : 1 | _o.weight",
        "\"embedding_dim\" : 4 | \"embedding_dim\" : 0 | embeddingDim=0 must be within",
        "\"eps\" : 1.0E-6 | \"eps\" : 1.0E-5 | eps=1.0E-5",
        "\"post\" : \"l2\" | \"post\" : \"none\" | post=none",
        "\"model\" : \"hstu\" | \"model\" : \"sasrec\" | ffn_hidden_dim= must be an integer",
        "\"model\" : \"hstu\" | \"model\" : \"gru\" | model=gru is not built here",
        "\"model.safetensors\" | \"other.safetensors\" | lists no checksum of model.safetensors",
        "\"format_version\" : 1 | \"format_version\" : 3 | was written by hstu-retrieval",
        "\"format_version\" : 1 | \"format_version\" : 0 | only 1..2",
      })
  void aChangedConfigurationIsRefusedByName(String text, String replacement, String reason)
      throws IOException {
    Path config = folder.resolve(ModelFolder.CONFIG);
    String json = Files.readString(config);
    assertThat(json).contains(text);
    Files.writeString(config, json.replace(text, replacement));
    assertThatThrownBy(() -> ModelFolder.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining(reason);
  }

  @Test
  void aFolderKnownToBeWholeOpensAsTheSameModelWithoutItsWeightsBeingRead() throws IOException {
    try (OpenModel whole = ModelFolder.open(folder);
        OpenModel checked = ModelFolder.openChecked(folder)) {
      assertThat(checked.model().fingerprint()).isEqualTo(whole.model().fingerprint());
      assertThat(checked.model().computeFingerprint()).isEqualTo(whole.model().fingerprint());
      assertThat(checked.model().vocabulary().idAt(0))
          .isEqualTo(whole.model().vocabulary().idAt(0));
    }
    byte[] bytes = Files.readAllBytes(folder.resolve(ModelFolder.TENSORS));
    bytes[bytes.length - 1] ^= 1;
    Files.write(folder.resolve(ModelFolder.TENSORS), bytes);
    try (OpenModel trusted = ModelFolder.openChecked(folder)) {
      assertThat(trusted.model().computeFingerprint()).isNotEqualTo(trusted.model().fingerprint());
    }
    assertRefusedNaming(ModelFolder.TENSORS);
  }

  @Test
  void aModelOfAnotherArchitectureComesBackAsItWas() throws IOException {
    NetworkModel baseline = RandomModels.model(RandomModels.sasRec(7, 5, 2, 6, 3, 4, 2), 3);
    Path path = directory.resolve("sasrec");
    ModelFolder.save(path, baseline);
    try (OpenModel open = ModelFolder.open(path)) {
      assertThat(open.model().config()).isEqualTo(baseline.config());
      assertThat(open.model().fingerprint()).isEqualTo(baseline.fingerprint());
      assertThat(open.model().network().weights().blocks().getLast().tensors())
          .usingElementComparator(Arrays::compare)
          .isEqualTo(baseline.weights().blocks().getLast().tensors());
    }
  }

  @Test
  void anEnsembleComesBackAsItWas() throws IOException {
    EnsembleModel ensemble = ensemble(11);
    Path path = directory.resolve("ensemble");
    ModelFolder.save(path, ensemble);
    try (OpenModel open = ModelFolder.open(path)) {
      assertThat(open.model().config()).isEqualTo(ensemble.config());
      assertThat(open.model().fingerprint()).isEqualTo(ensemble.fingerprint());
      for (int i = 0; i < 11; i++) {
        assertThat(open.model().networks().get(i).fingerprint())
            .isEqualTo(ensemble.networks().get(i).fingerprint());
      }
    }
    assertThat(path.resolve("config.json"))
        .content()
        .contains("\"format_version\" : 2", "\"model\" : \"ensemble\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"member.1.", "members.2.", ""})
  void anEnsembleWithoutAMembersTensorsIsRefusedByTheirName(String prefix) throws IOException {
    EnsembleModel ensemble = ensemble(2);
    Path path = directory.resolve("ensemble");
    ModelFolder.save(path, ensemble);
    NetworkModel first = ensemble.networks().getFirst();
    NetworkModel second = ensemble.networks().getLast();
    Path tensors = path.resolve(ModelFolder.TENSORS);
    FileChecksum before = FileChecksum.of(tensors);
    Checkpoint.write(
        tensors,
        Map.of(),
        List.of(
            new Checkpoint.Group("members.0.", first.config(), first.weights()),
            new Checkpoint.Group(prefix, second.config(), second.weights())));
    FileChecksum after = FileChecksum.of(tensors);
    Path config = path.resolve(ModelFolder.CONFIG);
    Files.writeString(
        config,
        Files.readString(config)
            .replace(before.sha256(), after.sha256())
            .replace(": " + before.bytes(), ": " + after.bytes()));
    assertThatThrownBy(() -> ModelFolder.open(path).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(tensors.toString())
        .hasMessageContaining("members.1._");
  }

  @Test
  void anEnsembleOfChangedOrderIsRefused() throws IOException {
    NetworkModel one = RandomModels.model(RandomModels.config(7, 5, 2, 4, 2, 3, 2, 2), 1);
    NetworkModel two = RandomModels.model(RandomModels.config(7, 5, 2, 4, 2, 3, 2, 2), 2);
    Path path = directory.resolve("ensemble");
    Path turned = directory.resolve("turned");
    ModelFolder.save(path, new EnsembleModel(List.of(one, two)));
    ModelFolder.save(turned, new EnsembleModel(List.of(two, one)));
    String fingerprint = new EnsembleModel(List.of(one, two)).fingerprint();
    Path config = turned.resolve(ModelFolder.CONFIG);
    String own = new EnsembleModel(List.of(two, one)).fingerprint();
    Files.writeString(config, Files.readString(config).replace(own, fingerprint));
    assertThatThrownBy(() -> ModelFolder.open(turned).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("its fingerprint " + fingerprint + " is not that of the model");
  }

  private static EnsembleModel ensemble(int members) {
    List<NetworkConfig> configs = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      configs.add(
          i % 2 == 0
              ? RandomModels.config(7, 5, 2, 4 + i, 2, 3, 2, 2)
              : RandomModels.sasRec(7, 5, 2, 2 * i, 2, 4, 1));
    }
    return RandomModels.ensemble(configs, 3);
  }

  private void assertRefusedNaming(String name) {
    assertThatThrownBy(() -> ModelFolder.open(folder).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.resolve(name).toString());
  }
}
