package dev.hstu.retrieval.serving;

import dev.hstu.encoder.model.Model;
import dev.hstu.kernels.cpu.BackgroundThreads;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.retrieve.Retriever;
import java.util.Random;

/// Seeded retrievals before a generation serves: they fault its pages in and let engine and
/// compiler see histories of every length, so that the first users wait no longer than the next
/// ones.
final class WarmUp {

  private static final long SEED = 20_240_227;
  private static final int K = 100;
  private static final int STEP_SECONDS = 3600;

  private WarmUp() {}

  /// Runs so many retrievals and forgets their answers.
  static void run(Retriever retriever, Model model, int queries) {
    Random random = new Random(SEED);
    RetrievalBuffers buffers = new RetrievalBuffers();
    for (int i = 0; i < queries; i++) {
      int events = 1 + random.nextInt(model.config().maxEvents());
      retriever.retrieve(query(model.vocabulary(), events, random), buffers);
      BackgroundThreads.giveWay();
    }
  }

  private static RetrievalQuery query(IdTable vocabulary, int events, Random random) {
    String[] items = new String[events];
    long[] times = new long[events];
    for (int i = 0; i < events; i++) {
      items[i] = vocabulary.idAt(random.nextInt(vocabulary.size()));
      times[i] = (long) i * STEP_SECONDS;
    }
    return RetrievalQuery.of(items, times, (long) events * STEP_SECONDS, K);
  }
}
