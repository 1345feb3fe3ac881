package dev.hstu.encoder.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.encoder.compute.SupervisedBatch;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.weights.Checkpoint;
import dev.hstu.encoder.weights.ConfigJson;
import dev.hstu.kernels.safetensors.DType;
import dev.hstu.kernels.safetensors.MalformedSafetensorsException;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.safetensors.Tensor;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// A golden file: weights and inputs, and what the public implementation computes from them in
/// float64. Owns the mapped file.
///
/// Inputs are padded to `N` slots; slot `lengths[b]` of `input.timestamps` is the request time.
/// Targets are the next items, and `input.target_ids` after the last event. `input.negative_ids`
/// has one row an event, users end to end. A file of a model that reads no times may lack them, and
/// one of the forward pass alone has inputs, sequence and users only.
final class GoldenFile implements AutoCloseable {

  private static final String WEIGHTS_PREFIX = "model.";
  private static final String GRADIENT_PREFIX = "grad.";

  private final SafetensorsFile file;
  private final JsonNode configuration;

  private GoldenFile(SafetensorsFile file, JsonNode configuration) {
    this.file = file;
    this.configuration = configuration;
  }

  /// @throws MalformedSafetensorsException when it is no golden file, naming file and tensor
  static GoldenFile open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new NoSuchFileException(path.toString(), null, "no such file; give a golden file");
    }
    SafetensorsFile file = SafetensorsFile.open(path);
    try {
      return new GoldenFile(file, readConfiguration(file));
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static JsonNode readConfiguration(SafetensorsFile file) throws IOException {
    @Nullable String json = file.metadata().get("config");
    if (json == null) {
      throw new MalformedSafetensorsException(
          file.path(), "no 'config' in its metadata; golden files have one");
    }
    try {
      return new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new MalformedSafetensorsException(
          file.path(), "metadata 'config' is not JSON: " + e.getOriginalMessage());
    }
  }

  /// The model under test, with the ids `1..V`; usable until this closes.
  NetworkModel model() throws IOException {
    NetworkConfig config;
    try {
      config = ConfigJson.readNetwork(configuration);
    } catch (IllegalArgumentException e) {
      throw new MalformedSafetensorsException(file.path(), "metadata 'config': " + e.getMessage());
    }
    IdTable ids = IdTable.ofLongs(LongStream.rangeClosed(1, config.items()).toArray());
    return new NetworkModel(
        config, new Clock.Wall(), ids, Checkpoint.read(file, WEIGHTS_PREFIX, config));
  }

  /// The histories, without padding.
  HistoryBatch histories(NetworkConfig config) throws IOException {
    long[] lengths = file.tensor("input.lengths", DType.I64, SafetensorsFile.ANY_SIZE).toLongs();
    int users = lengths.length;
    int slots = config.slots();
    int[] ids = file.tensor("input.ids", DType.I64, users, slots).toInts();
    long[] timestamps =
        config.readsTimes()
            ? file.tensor("input.timestamps", DType.I64, users, slots).toLongs()
            : new long[users * slots];
    int[] offsets = offsets(lengths, config.maxEvents());
    int[] items = new int[offsets[users]];
    long[] times = new long[offsets[users]];
    long[] requestTimes = new long[users];
    for (int b = 0; b < users; b++) {
      int length = offsets[b + 1] - offsets[b];
      System.arraycopy(ids, b * slots, items, offsets[b], length);
      System.arraycopy(timestamps, b * slots, times, offsets[b], length);
      requestTimes[b] = timestamps[b * slots + length];
    }
    return new HistoryBatch(offsets, items, times, requestTimes);
  }

  private int[] offsets(long[] lengths, int maxEvents) throws IOException {
    int[] offsets = new int[lengths.length + 1];
    for (int b = 0; b < lengths.length; b++) {
      if (lengths[b] < 1 || lengths[b] > maxEvents) {
        throw new MalformedSafetensorsException(
            file.path(),
            "input.lengths[%d]=%d must be within 1..%d".formatted(b, lengths[b], maxEvents));
      }
      offsets[b + 1] = Math.addExact(offsets[b], (int) lengths[b]);
    }
    return offsets;
  }

  /// The histories with targets and negatives for the loss.
  SupervisedBatch supervised(HistoryBatch histories) throws IOException {
    int users = histories.users();
    int rows = histories.items().length;
    int[] lastTargets = file.tensor("input.target_ids", DType.I64, users).toInts();
    Tensor negatives = file.tensor("input.negative_ids", DType.I64, rows, SafetensorsFile.ANY_SIZE);
    int[] targets = new int[rows];
    for (int b = 0; b < users; b++) {
      int first = histories.offsets()[b];
      int last = histories.offsets()[b + 1] - 1;
      System.arraycopy(histories.items(), first + 1, targets, first, last - first);
      targets[last] = lastTargets[b];
    }
    return new SupervisedBatch(histories, targets, negatives.toInts(), (int) negatives.shape()[1]);
  }

  /// Whether the file says what this tensor should be.
  boolean expects(String tensor) {
    return file.contains("expected." + tensor);
  }

  double[] expected(String tensor) throws IOException {
    return file.tensor("expected." + tensor).toDoubles();
  }

  int[] expectedTopIds() throws IOException {
    return file.tensor("expected.topk_ids").toInts();
  }

  /// The expected gradients by public tensor name; empty for a file with the forward pass only.
  SortedMap<String, double[]> gradients() throws IOException {
    SortedMap<String, double[]> gradients = new TreeMap<>();
    for (String name : file.names()) {
      if (name.startsWith(GRADIENT_PREFIX)) {
        gradients.put(name.substring(GRADIENT_PREFIX.length()), file.tensor(name).toDoubles());
      }
    }
    return gradients;
  }

  @Override
  public void close() {
    file.close();
  }
}
