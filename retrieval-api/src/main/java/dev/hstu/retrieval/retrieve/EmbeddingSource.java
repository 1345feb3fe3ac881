package dev.hstu.retrieval.retrieve;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.retrieval.admission.EncoderWaits;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Where user embeddings of one model come from: an engine on the caller's own thread, a batch that
/// several requests share, or encoders in other processes. For any number of threads.
public interface EmbeddingSource {

  /// For callers without a deadline: what is later than any wait in here.
  long FOREVER_NANOS = TimeUnit.DAYS.toNanos(1);

  /// Which engine encodes, in its own words.
  String engine();

  /// The shapes of the model.
  ModelConfig config();

  /// Embeds the users of a batch. Never waits: what isn't computed by this thread is completed by
  /// another one.
  ///
  /// @param batch as [UserEncoder#encode] takes it; its arrays must not change any more
  /// @param deadlineNanos [System#nanoTime] by which the embeddings must be there to be of use
  /// @param waits told how long they waited where they wait for an encoder
  /// @return float[B·D], row-major, the caller's own; or exceptionally
  ///     [java.util.concurrent.TimeoutException] where the deadline can't be made,
  ///     [EncoderUnavailableException] where nobody can encode now, [EncoderBusyException] where
  ///     too much waits already, and what the engine throws
  CompletableFuture<float[]> embed(HistoryBatch batch, long deadlineNanos, EncoderWaits waits);

  /// As [#embed(HistoryBatch, long, EncoderWaits)], for what no user waits for.
  default CompletableFuture<float[]> embed(HistoryBatch batch, long deadlineNanos) {
    return embed(batch, deadlineNanos, EncoderWaits.UNWATCHED);
  }

  /// An engine on the calling thread.
  ///
  /// @param encoder the caller's to close
  static EmbeddingSource of(UserEncoder encoder) {
    return new EngineOnCallersThread(encoder);
  }
}
