package dev.hstu.retrieval.retrieve;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.retrieval.admission.EncoderWaits;
import java.util.concurrent.CompletableFuture;

/// The shortest way to an embedding: no other thread has a part in it, and a deadline changes
/// nothing, since the caller's own thread would be idle otherwise.
record EngineOnCallersThread(UserEncoder encoder) implements EmbeddingSource {

  @Override
  public String engine() {
    return encoder.engine();
  }

  @Override
  public ModelConfig config() {
    return encoder.config();
  }

  @Override
  public CompletableFuture<float[]> embed(
      HistoryBatch batch, long deadlineNanos, EncoderWaits waits) {
    float[] embeddings = new float[batch.users() * config().embeddingDim()];
    encoder.encode(batch, embeddings);
    return CompletableFuture.completedFuture(embeddings);
  }
}
