package dev.hstu.index.catalog;

import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.FormatVersion;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.SafetensorsWriter;
import dev.hstu.kernels.safetensors.Tensor;
import dev.hstu.kernels.safetensors.TensorSpec;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;

/// An open item-vector file, all that an encoder hands over: external ids and unit vectors, row by
/// row, and the fingerprint of the model they come from. Mapped, not copied; its owner closes it
/// after everything that searches in it.
///
/// Safetensors: the ids as [IdTable] stores them without a prefix, and `vectors` float32 `[V, D]`.
/// Metadata: `format` = `hstu.item-vectors`, `format_version`, `model_fingerprint`, `dimension`,
/// `metric` = `inner_product`, `id_type` = `int64` or `utf8`.
public final class ItemVectors implements AutoCloseable {

  /// The only metric there is: scores are inner products of unit vectors, hence cosines.
  public static final String METRIC = "inner_product";

  /// Farthest a norm may be from 1: room for float32 rounding at [VectorMatrix#MAX_DIMENSION], far
  /// below what would change an order of scores.
  public static final double NORM_TOLERANCE = 1e-3;

  private static final FormatVersion FORMAT = new FormatVersion("hstu.item-vectors", 1, 1);
  private static final String TENSOR = "vectors";
  private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");

  private final SafetensorsFile file;
  private final IdTable ids;
  private final VectorMatrix matrix;
  private final String modelFingerprint;

  private ItemVectors(
      SafetensorsFile file, IdTable ids, VectorMatrix matrix, String modelFingerprint) {
    this.file = file;
    this.ids = ids;
    this.matrix = matrix;
    this.modelFingerprint = modelFingerprint;
  }

  /// Maps a file and checks its structure; the vectors themselves are checked by
  /// [#requireUnitVectors].
  ///
  /// @throws IOException naming the file and what is wrong in it
  public static ItemVectors open(Path path) throws IOException {
    SafetensorsFile file = SafetensorsFile.open(path);
    try {
      FORMAT.check(file);
      requireMetadata(file, "metric", METRIC);
      IdTable ids = IdTable.readFrom(file, "");
      requireMetadata(file, "id_type", ids.type().name().toLowerCase(Locale.ROOT));
      VectorMatrix matrix = matrix(file, ids.size());
      requireMetadata(file, "dimension", Integer.toString(matrix.dimension()));
      return new ItemVectors(file, ids, matrix, fingerprint(file));
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /// Writes such a file, replacing `target` wholly or not at all.
  ///
  /// @param rows asked for each row in order, with an array of `dimension` to fill
  public static void write(
      Path target, IdTable ids, String modelFingerprint, int dimension, RowSource rows)
      throws IOException {
    Map<String, String> metadata = new TreeMap<>();
    FORMAT.addTo(metadata);
    metadata.put("model_fingerprint", modelFingerprint);
    metadata.put("dimension", Integer.toString(dimension));
    metadata.put("metric", METRIC);
    metadata.put("id_type", ids.type().name().toLowerCase(Locale.ROOT));
    List<TensorSpec> specs = new ArrayList<>(ids.specs(""));
    specs.add(new TensorSpec(TENSOR, DType.F32, ids.size(), dimension));
    try (SafetensorsWriter writer = SafetensorsWriter.create(target, metadata, specs)) {
      ids.writeTo(writer, "");
      writer.begin(TENSOR);
      float[] vector = new float[dimension];
      for (int row = 0; row < ids.size(); row++) {
        rows.copyRow(row, vector);
        writer.append(vector, 0, dimension);
      }
      writer.commit();
    }
  }

  /// Gives vectors by row.
  @FunctionalInterface
  public interface RowSource {
    /// Fills `target` with the vector of a row.
    void copyRow(int row, float[] target);
  }

  /// External ids, one a row.
  public IdTable ids() {
    return ids;
  }

  /// The vectors, one a row; readable until this closes.
  public VectorMatrix matrix() {
    return matrix;
  }

  /// The model that made the vectors, 64 lower-case hexadecimal digits.
  public String modelFingerprint() {
    return modelFingerprint;
  }

  /// Whether a file has the very ids and vectors, byte by byte and without a table of them.
  public boolean equalsContentOf(SafetensorsFile other) throws MalformedSafetensorsException {
    if (!other.names().equals(file.names())) {
      return false;
    }
    for (String name : file.names()) {
      if (file.tensor(name).data().mismatch(other.tensor(name).data()) >= 0) {
        return false;
      }
    }
    return true;
  }

  /// Reads every vector and checks that it is finite and of length 1, which search relies on.
  ///
  /// @param progress told the number of rows done, now and then and at the end
  /// @throws InvalidVectorException naming the first item that isn't
  public void requireUnitVectors(LongConsumer progress) throws InvalidVectorException {
    float[] vector = new float[matrix.dimension()];
    for (int row = 0; row < matrix.rows(); row++) {
      matrix.copyRow(row, vector);
      double squares = 0;
      for (float value : vector) {
        squares += (double) value * value;
      }
      // Written so that NaN, which compares false, is refused too.
      if (!(Math.abs(Math.sqrt(squares) - 1) <= NORM_TOLERANCE)) {
        throw new InvalidVectorException(file.path(), row, ids.idAt(row), Math.sqrt(squares));
      }
      if ((row & 0xFFF) == 0xFFF || row == matrix.rows() - 1) {
        progress.accept(row + 1L);
      }
    }
  }

  /// Unmaps the vectors; a second call does nothing.
  @Override
  public void close() {
    file.close();
  }

  private static VectorMatrix matrix(SafetensorsFile file, int rows)
      throws MalformedSafetensorsException {
    Tensor tensor = file.tensor(TENSOR, DType.F32, rows, SafetensorsFile.ANY_SIZE);
    long dimension = tensor.shape()[1];
    if (dimension < 1 || dimension > VectorMatrix.MAX_DIMENSION) {
      throw new MalformedSafetensorsException(
          file.path(),
          "tensor %s: dimension must be within 1..%d"
              .formatted(tensor.spec(), VectorMatrix.MAX_DIMENSION));
    }
    return new VectorMatrix(tensor.data(), rows, (int) dimension);
  }

  private static String fingerprint(SafetensorsFile file) throws MalformedSafetensorsException {
    String fingerprint = String.valueOf(file.metadata().get("model_fingerprint"));
    if (!FINGERPRINT.matcher(fingerprint).matches()) {
      throw new MalformedSafetensorsException(
          file.path(),
          "metadata 'model_fingerprint' is %.80s, expected 64 hexadecimal digits"
              .formatted(fingerprint));
    }
    return fingerprint;
  }

  private static void requireMetadata(SafetensorsFile file, String key, String expected)
      throws MalformedSafetensorsException {
    String found = String.valueOf(file.metadata().get(key));
    if (!found.equals(expected)) {
      throw new MalformedSafetensorsException(
          file.path(), "metadata '%s' is %.80s, expected %s".formatted(key, found, expected));
    }
  }
}
