package dev.hstu.retrieval.tier;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.retrieval.admission.EncoderWaits;
import dev.hstu.retrieval.retrieve.EmbeddingSource;
import java.util.concurrent.CompletableFuture;

/// An engine of this process and, where its calls are shared, the batcher before it.
final class EngineEmbeddings implements OpenEmbeddings {

  private final UserEncoder encoder;
  private final EmbeddingSource source;

  private EngineEmbeddings(UserEncoder encoder, EmbeddingSource source) {
    this.encoder = encoder;
    this.source = source;
  }

  /// Every request on its caller's thread.
  ///
  /// @param encoder is closed with this
  static EngineEmbeddings alone(UserEncoder encoder) {
    return new EngineEmbeddings(encoder, EmbeddingSource.of(encoder));
  }

  /// Requests share calls.
  ///
  /// @param encoder is closed with this
  static EngineEmbeddings batched(UserEncoder encoder, BatchLimits limits, BatchMeters meters) {
    return new EngineEmbeddings(encoder, new MicroBatcher(encoder, limits, meters));
  }

  @Override
  public String engine() {
    return source.engine();
  }

  @Override
  public ModelConfig config() {
    return source.config();
  }

  @Override
  public CompletableFuture<float[]> embed(
      HistoryBatch batch, long deadlineNanos, EncoderWaits waits) {
    return source.embed(batch, deadlineNanos, waits);
  }

  @Override
  public void close() {
    if (source instanceof MicroBatcher batcher) {
      batcher.close();
    }
    encoder.close();
  }
}
