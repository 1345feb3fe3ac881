package dev.hstu.index.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.index.BuildInputs;
import dev.hstu.index.search.ClusteredVectors;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.kernels.tables.IdType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// An item-vector file is read as it was written, and anything that search couldn't rank is refused
/// by name.
final class ItemVectorsTest {

  @TempDir Path folder;

  private final float[] values = new ClusteredVectors(6, 3, 1).values(5);

  @Test
  void readsNumericIdsAndVectors() throws IOException {
    long[] ids = {Long.MAX_VALUE, Long.MIN_VALUE, 0, -1, 1L << 53};
    try (ItemVectors vectors = open(IdTable.ofLongs(ids), "int64")) {
      assertThat(vectors.ids().type()).isEqualTo(IdType.INT64);
      assertThat(vectors.ids().idAt(0)).isEqualTo("9223372036854775807");
      assertThat(vectors.modelFingerprint()).isEqualTo(BuildInputs.FINGERPRINT);
      List<Long> progress = new ArrayList<>();
      vectors.requireUnitVectors(progress::add);
      assertThat(progress).containsExactly(5L);
      for (int row = 0; row < 5; row++) {
        for (int column = 0; column < 6; column++) {
          assertThat(vectors.matrix().at(row, column)).isEqualTo(values[row * 6 + column]);
        }
      }
    }
  }

  @Test
  void readsTextIds() throws IOException {
    IdTable ids = IdTable.ofStrings(List.of("a", "b", "ü", "007", "x y"));
    try (ItemVectors vectors = open(ids, "utf8")) {
      assertThat(vectors.ids().rowOf("ü")).isEqualTo(2);
      assertThat(vectors.ids().rowOf("007")).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {0, .9f, 1.1f, Float.NaN, Float.POSITIVE_INFINITY})
  void refusesAVectorThatIsNotUnitByItsId(float scale) throws IOException {
    for (int i = 12; i < 18; i++) {
      values[i] *= scale;
    }
    try (ItemVectors vectors = open(IdTable.ofLongs(new long[] {5, 6, 77, 8, 9}), "int64")) {
      assertThatThrownBy(() -> vectors.requireUnitVectors(row -> {}))
          .isInstanceOf(InvalidVectorException.class)
          .hasMessageContaining("vector of item '77' (row 2) has norm")
          .hasMessageContaining("must be 1 within 0.001; normalise the vectors");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "format, other, metadata 'format' is other",
    "format_version, 2, format_version 2",
    "metric, euclidean, 'metric' is euclidean",
    "dimension, 7, 'dimension' is 7",
    "id_type, utf8, 'id_type' is utf8",
    "model_fingerprint, ABC, 'model_fingerprint' is ABC"
  })
  void refusesAnotherKindOfFile(String key, String value, String problem) throws IOException {
    Map<String, String> metadata = BuildInputs.metadata("int64", 6);
    metadata.put(key, value);
    Path file = folder.resolve("vectors.safetensors");
    BuildInputs.writeVectors(file, IdTable.ofLongs(new long[] {1, 2, 3, 4, 5}), values, metadata);

    assertThatThrownBy(() -> ItemVectors.open(file))
        .isInstanceOf(MalformedSafetensorsException.class)
        .hasMessageContaining(problem)
        .hasMessageContaining(file.toString());
  }

  private ItemVectors open(IdTable ids, String idType) throws IOException {
    Path file = folder.resolve("vectors.safetensors");
    BuildInputs.writeVectors(file, ids, values, BuildInputs.metadata(idType, 6));
    return ItemVectors.open(file);
  }
}
