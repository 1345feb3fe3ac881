package dev.hstu.retrieval.nightly;

import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.weights.ItemVectorFile;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.kernels.storage.ContentDigest;
import java.io.IOException;
import java.nio.file.Path;

/// Every item's vector under the night's model, as one file.
final class EmbedWork implements NightWork {

  private static final String VECTORS = "vectors_sha256";

  /// An id and its offset; longer ids are rare, and the estimate is for the whole file.
  private static final int ID_BYTES = 40;

  @Override
  public NightStep step() {
    return NightStep.EMBED;
  }

  @Override
  public long diskBytes(NightContext night) throws IOException {
    try (OpenModel open = night.openModel()) {
      return vectorBytes(open.model().config());
    }
  }

  static long vectorBytes(ModelConfig config) {
    return config.items() * ((long) Float.BYTES * config.embeddingDim() + ID_BYTES);
  }

  @Override
  public StepResult run(NightContext night, NightProgress progress) throws IOException {
    Path file = night.folder().vectors();
    try (OpenModel open = night.openModel()) {
      Model model = open.model();
      int items = model.config().items();
      ItemVectorFile.write(file, model, done -> progress.at(done, items));
      return new StepResult()
          .input(TrainWork.MODEL, model.fingerprint())
          .output(VECTORS, ContentDigest.sha256(file))
          .figure(TrainWork.ITEMS, items)
          .figure("dimension", model.config().embeddingDim());
    }
  }
}
