package dev.hstu.retrieval.http;

import dev.hstu.retrieval.retrieve.Retrieval;
import dev.hstu.retrieval.serving.LiveGeneration;
import dev.hstu.retrieval.telemetry.CurrentTrace;
import dev.hstu.retrieval.telemetry.RequestTrace;
import java.util.Locale;

/// The stages of one answered request as spans, if it is sampled: queue (waiting for a worker),
/// encode (from when the embedding was asked for until it was there), search, write. They are
/// known once the answer is, so that other requests pay for nothing. All times are of
/// [System#nanoTime], durations where they are called so.
final class AnswerSpans {

  private static final String QUEUE = "queue";
  private static final String ENCODE = "encode";
  private static final String SEARCH = "search";
  private static final String WRITE = "write";

  private AnswerSpans() {}

  /// Records one answer in the [CurrentTrace].
  ///
  /// @param queueNanos duration from the arrival to the first step
  /// @param totalNanos duration from the arrival to the last candidate
  /// @param writtenNanos when the answer was written
  static void record(
      LiveGeneration live,
      Retrieval retrieval,
      long arrivedNanos,
      long queueNanos,
      long totalNanos,
      long writtenNanos) {
    RequestTrace trace = CurrentTrace.get();
    if (!trace.isSampled()) {
      return;
    }
    long found = arrivedNanos + totalNanos;
    long encoded = found - retrieval.searchNanos();
    trace.stage(QUEUE, arrivedNanos, arrivedNanos + queueNanos);
    if (retrieval.encodeNanos() > 0) {
      trace.stage(ENCODE, encoded - retrieval.encodeNanos(), encoded);
    }
    if (retrieval.searchNanos() > 0) {
      trace.stage(SEARCH, encoded, found);
    }
    trace.stage(WRITE, found, writtenNanos);
    trace.attribute("hstu.generation", live.manifest().id());
    trace.attribute("hstu.cache", retrieval.cache().name().toLowerCase(Locale.ROOT));
  }

  /// Records one window of a batch, which has just been searched and written.
  ///
  /// @param queueNanos duration from the arrival to the first step
  /// @param encodedNanos when the embeddings of all lines were there
  static void recordWindow(long arrivedNanos, long queueNanos, long encodedNanos) {
    RequestTrace trace = CurrentTrace.get();
    if (trace.isSampled()) {
      long begun = arrivedNanos + queueNanos;
      trace.stage(QUEUE, arrivedNanos, begun);
      trace.stage(ENCODE, begun, encodedNanos);
      trace.stage(SEARCH, encodedNanos, System.nanoTime());
    }
  }

  /// Records an answer with embeddings, which has just been written.
  ///
  /// @param encodedNanos when they were there
  static void recordEmbeddings(LiveGeneration live, long encodedNanos) {
    RequestTrace trace = CurrentTrace.get();
    if (trace.isSampled()) {
      trace.stage(ENCODE, System.nanoTime() - trace.elapsedNanos(), encodedNanos);
      trace.stage(WRITE, encodedNanos, System.nanoTime());
      trace.attribute("hstu.generation", live.manifest().id());
    }
  }
}
