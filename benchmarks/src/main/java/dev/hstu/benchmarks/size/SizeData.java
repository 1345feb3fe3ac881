package dev.hstu.benchmarks.size;

import dev.hstu.benchmarks.vectors.MixtureShape;
import dev.hstu.benchmarks.vectors.MixtureVectors;
import dev.hstu.index.catalog.ItemVectors;
import dev.hstu.kernels.tables.IdTable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/// The seeded input of a [SizeRun]: an item-vector file, queries, and a file that stands for a
/// model.
public final class SizeData {

  private static final long SEED = 7;
  private static final String FINGERPRINT = "0".repeat(64);

  /// Ids beyond the integers a double holds.
  private static final long FIRST_ID = 1L << 53;

  private SizeData() {}

  /// Fills a folder.
  ///
  /// @param progress told the vectors written
  public static void write(Path root, int items, int dimension, int queries, LongConsumer progress)
      throws IOException {
    SizeFolder folder = new SizeFolder(root);
    Files.createDirectories(folder.model());
    Files.writeString(folder.model().resolve("config.json"), "{}");
    MixtureVectors mixture = new MixtureVectors(MixtureShape.CLUSTERED, dimension, SEED);
    Consumer<float[]> drawn = mixture.items();
    ItemVectors.write(
        folder.vectors(),
        IdTable.ofLongs(LongStream.range(FIRST_ID, FIRST_ID + items).toArray()),
        FINGERPRINT,
        dimension,
        (row, target) -> {
          drawn.accept(target);
          if ((row & 0xFFFF) == 0xFFFF || row == items - 1) {
            progress.accept(row + 1L);
          }
        });
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(folder.queries()))) {
      for (float[] query : mixture.queries(queries)) {
        for (float value : query) {
          out.writeInt(Integer.reverseBytes(Float.floatToIntBits(value)));
        }
      }
    }
  }
}
