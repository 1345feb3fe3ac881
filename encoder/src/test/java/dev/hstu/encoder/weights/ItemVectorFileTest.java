package dev.hstu.encoder.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.ModelWeights;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The file between the modules holds every item once, normalised, under its own id.
class ItemVectorFileTest {

  private static final HstuConfig CONFIG = RandomModels.config(2_500, 3, 1, 6, 1, 2, 2, 1);

  @TempDir private Path directory;

  @Test
  void holdsIdsUnitVectorsAndTheModelsFingerprint() throws IOException {
    NetworkModel model = RandomModels.model(CONFIG, 3);
    zeroRow(model, 42); // a vector without direction stays zero instead of becoming NaN
    Path path = directory.resolve("items.safetensors");
    List<Long> progress = new ArrayList<>();
    ItemVectorFile.write(path, model, progress::add);

    assertThat(progress).isSorted().last().isEqualTo(2_500L);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.metadata())
          .containsEntry("format_version", "1")
          .containsEntry("model_fingerprint", model.fingerprint())
          .containsEntry("dimension", "6")
          .containsEntry("metric", "inner_product")
          .containsEntry("id_type", "int64");
      IdTable ids = IdTable.readFrom(file, "");
      float[] vectors = file.tensor(ItemVectorFile.VECTORS, DType.F32, 2_500, 6).toFloats();
      for (int row = 0; row < CONFIG.items(); row++) {
        assertThat(ids.longAt(row)).isEqualTo(1000 + row);
        assertRow(model, vectors, row);
      }
    }
  }

  private static void zeroRow(NetworkModel model, int row) {
    for (int i = 0; i < 6; i++) {
      model.weights().itemEmbeddings().setAtIndex(ModelWeights.FLOAT, (row + 1) * 6L + i, 0f);
    }
  }

  private static void assertRow(NetworkModel model, float[] vectors, int row) {
    double squares = 0;
    for (int i = 0; i < 6; i++) {
      float value = vectors[row * 6 + i];
      float weight =
          model.weights().itemEmbeddings().getAtIndex(ModelWeights.FLOAT, (row + 1) * 6L + i);
      assertThat(Math.signum(value)).isEqualTo(Math.signum(weight));
      squares += value * (double) value;
    }
    assertThat(squares).isCloseTo(row == 42 ? 0 : 1, within(1e-6));
  }
}
