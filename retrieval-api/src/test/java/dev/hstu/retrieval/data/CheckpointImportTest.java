package dev.hstu.retrieval.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.model.CheckpointNames;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.data.CheckpointImport.ItemRows;
import dev.hstu.retrieval.data.CheckpointImport.Shapes;
import dev.hstu.retrieval.data.CheckpointImport.Written;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Proves that weights under the public names become the same model whether shapes are given or
/// inferred, that rows find their items, and that what does not fit is refused by name.
class CheckpointImportTest {

  private static final HstuConfig CONFIG = new HstuConfig(6, 9, 11, 4, 2, 3, 5, 2, 0.05, 1);
  private static final Shapes HEADS = new Shapes(null, 2, null);
  private static final Clock CLOCK = new Clock.Sequence(60);

  @TempDir Path folder;

  private Path out() {
    return folder.resolve("model");
  }

  private static IdTable ids(long... ids) {
    return IdTable.ofLongs(ids);
  }

  private static IdTable vocabulary() {
    return IdTable.ofLongs(LongStream.range(100, 100 + CONFIG.items()).toArray());
  }

  private static Map<String, float[]> tensors() {
    Map<String, float[]> tensors = new HashMap<>();
    int seed = 0;
    for (TensorSpec spec : CheckpointNames.specs(CONFIG)) {
      float[] values = new float[Math.toIntExact(spec.elements())];
      for (int i = 0; i < values.length; i++) {
        values[i] = (seed * 31 + i) % 17 / 17f - 0.5f;
      }
      tensors.put(spec.name(), values);
      seed++;
    }
    return tensors;
  }

  private Path weights(String prefix, Map<String, String> metadata, Map<String, float[]> tensors)
      throws IOException {
    Path file = folder.resolve("w.safetensors");
    List<TensorSpec> specs = new ArrayList<>();
    for (TensorSpec spec : CheckpointNames.specs(CONFIG)) {
      specs.add(new TensorSpec(prefix + spec.name(), spec.dtype(), spec.shape()));
    }
    try (SafetensorsWriter writer = SafetensorsWriter.create(file, metadata, specs)) {
      for (TensorSpec spec : specs) {
        writer.write(spec.name(), tensors.get(spec.name().substring(prefix.length())));
      }
      writer.commit();
    }
    return file;
  }

  @ParameterizedTest
  @CsvSource({"''", "model.", "module."})
  void shapesAreInferredWhateverStandsBeforeTheNames(String prefix) throws IOException {
    Path weights = weights(prefix, Map.of(), tensors());

    Written written =
        CheckpointImport.run(
            weights, HEADS, vocabulary(), CLOCK, ItemRows.VOCABULARY, out(), Map.of());

    assertThat(written.config()).isEqualTo(CONFIG);
    try (OpenModel open = ModelFolder.open(out())) {
      NetworkModel model = open.model().network();
      assertThat(model.fingerprint()).isEqualTo(written.fingerprint());
      assertThat(model.clock()).isEqualTo(CLOCK);
      assertThat(model.vocabulary().idAt(0)).isEqualTo("100");
      assertThat(model.weights().positions()).isEqualTo(tensors().get(CheckpointNames.POSITIONS));
    }
  }

  @Test
  void aConfigurationInTheFileOrBesideItTellsTheSame() throws IOException {
    String json =
        "{\"items\":6,\"max_sequence_len\":9,\"max_output_len\":11,\"embedding_dim\":4,\"num_heads\":2,"
            + "\"attention_dim\":3,\"linear_dim\":5,\"num_blocks\":2,\"temperature\":0.05}";
    Shapes unknown = new Shapes(null, null, null);
    Written stored =
        CheckpointImport.run(
            weights("", Map.of("config", json), tensors()),
            unknown,
            vocabulary(),
            CLOCK,
            ItemRows.VOCABULARY,
            folder.resolve("stored"),
            Map.of());
    Shapes given = new Shapes(Files.writeString(folder.resolve("c.json"), json), null, null);
    Written beside =
        CheckpointImport.run(
            weights("", Map.of(), tensors()),
            given,
            vocabulary(),
            CLOCK,
            ItemRows.VOCABULARY,
            folder.resolve("beside"),
            Map.of());

    assertThat(stored.config()).isEqualTo(CONFIG);
    assertThat(beside).isEqualTo(stored);
  }

  @Test
  void rowsCanBeTheItemsOwnIds() throws IOException {
    Path weights = weights("", Map.of(), tensors());

    Written written =
        CheckpointImport.run(weights, HEADS, ids(5, 2, 6), CLOCK, ItemRows.IDS, out(), Map.of());

    assertThat(written.config()).isEqualTo(CONFIG.withItems(3));
    float[] all = tensors().get(CheckpointNames.ITEM_EMBEDDINGS);
    try (OpenModel open = ModelFolder.open(out());
        SafetensorsFile file = SafetensorsFile.open(out().resolve(ModelFolder.TENSORS))) {
      float[] chosen = file.tensor(CheckpointNames.ITEM_EMBEDDINGS).toFloats();
      int[] rows = {5, 2, 6};
      for (int item = 0; item < rows.length; item++) {
        for (int d = 0; d < CONFIG.embeddingDim(); d++) {
          assertThat(chosen[(item + 1) * 4 + d]).isEqualTo(all[rows[item] * 4 + d]);
        }
      }
      assertThat(open.model().vocabulary().size()).isEqualTo(3);
    }
  }

  @Test
  void idsThatAreNoRowsAreRefused() throws IOException {
    Path weights = weights("", Map.of(), tensors());

    for (IdTable wrong :
        List.of(ids(1, 7), ids(0), ids(-1), IdTable.ofStrings(List.of("1", "x")))) {
      assertThatThrownBy(
              () ->
                  CheckpointImport.run(weights, HEADS, wrong, CLOCK, ItemRows.IDS, out(), Map.of()))
          .isInstanceOf(UnusableInputException.class)
          .hasMessageContaining("no row of the checkpoint, which has rows 1..6");
    }
    assertThat(out()).doesNotExist();
  }

  @Test
  void anotherNumberOfItemsIsRefused() throws IOException {
    Path weights = weights("", Map.of(), tensors());

    assertThatThrownBy(
            () ->
                CheckpointImport.run(
                    weights, HEADS, ids(1, 2), CLOCK, ItemRows.VOCABULARY, out(), Map.of()))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining("6 items and the data 2");
  }

  @ParameterizedTest
  @CsvSource({
    ", , give --heads or --config",
    "3, , heads=3 does not divide",
    "0, , heads=0",
    "2, 20, max-events=20 must be within 1..19",
    "2, 0, max-events=0 must be within 1..19"
  })
  void shapesThatCannotBeAreRefused(Integer heads, Integer maxEvents, String message)
      throws IOException {
    Path weights = weights("", Map.of(), tensors());
    Shapes shapes = new Shapes(null, heads, maxEvents);

    assertThatThrownBy(
            () ->
                CheckpointImport.run(
                    weights, shapes, vocabulary(), CLOCK, ItemRows.VOCABULARY, out(), Map.of()))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining(message);
    assertThat(out()).doesNotExist();
  }

  @Test
  void aConfigurationThatDoesNotFitTheTensorsIsRefusedByTensor() throws IOException {
    String json =
        "{\"items\":6,\"max_sequence_len\":10,\"max_output_len\":11,\"embedding_dim\":4,\"num_heads\":2,"
            + "\"attention_dim\":3,\"linear_dim\":5,\"num_blocks\":2,\"temperature\":0.05}";
    Path weights = weights("", Map.of("config", json), tensors());

    assertThatThrownBy(
            () ->
                CheckpointImport.run(
                    weights, HEADS, vocabulary(), CLOCK, ItemRows.VOCABULARY, out(), Map.of()))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining("_pos_w");
  }

  @Test
  void valuesThatAreNoNumbersAreRefused() throws IOException {
    Map<String, float[]> tensors = tensors();
    tensors.get(CheckpointNames.output(1))[7] = Float.NaN;
    Path weights = weights("", Map.of(), tensors);

    assertThatThrownBy(
            () ->
                CheckpointImport.run(
                    weights, HEADS, vocabulary(), CLOCK, ItemRows.VOCABULARY, out(), Map.of()))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining(CheckpointNames.output(1))
        .hasMessageContaining("NaN at 7");
  }

  @Test
  void theWeightsReadAreTheWeightsWritten() throws IOException {
    CheckpointImport.run(
        weights("", Map.of(), tensors()),
        HEADS,
        vocabulary(),
        CLOCK,
        ItemRows.VOCABULARY,
        out(),
        Map.of());

    try (SafetensorsFile file = SafetensorsFile.open(out().resolve(ModelFolder.TENSORS))) {
      for (Map.Entry<String, float[]> tensor : tensors().entrySet()) {
        assertThat(file.tensor(tensor.getKey()).toFloats()).isEqualTo(tensor.getValue());
      }
    }
  }
}
