package dev.hstu.encoder.users;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.HistoryWindow;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/// Embeds every user of prepared data into one file. While chunks of users are encoded side by
/// side, those before are written and those after are laid out; memory holds a few chunks, whatever
/// the number of users.
///
/// @param requestTime integer seconds for all users, not before any event; empty: that of the
///     data's newest event, or a step after each user's last where the data has order only
/// @param workers chunks encoded at a time, 1..[#MAX_WORKERS]; as many as the encoder runs side by
///     side and one more to lay out the next
public record UserEmbedding(OptionalLong requestTime, int workers) {

  /// Above any number of lanes; bounds the chunks in memory.
  public static final int MAX_WORKERS = 64;

  public UserEmbedding {
    if (workers < 1 || workers > MAX_WORKERS) {
      throw new IllegalArgumentException(
          "workers=%d must be within 1..%d".formatted(workers, MAX_WORKERS));
    }
  }

  /// What a run did.
  ///
  /// @param users all of the data's
  /// @param withoutEvents those who have none of an item the model knows; their vectors are zeros
  public record Summary(int users, int withoutEvents) {}

  /// Writes the vectors of all users, replacing `target` wholly or not at all.
  ///
  /// @param encoder of this model
  /// @param progress told the number of users written, now and then and at the end
  /// @throws IllegalArgumentException when the request time is before an event
  public Summary write(
      Path target, Model model, PreparedData data, UserEncoder encoder, LongConsumer progress)
      throws IOException {
    InteractionLog log = KnownEvents.of(data, model.vocabulary(), model.config().features());
    RequestTime time =
        requestTime.isPresent()
            ? RequestTime.at(requestTime.getAsLong(), log)
            : RequestTime.usual(data.clock(), log);
    try (UserVectorFile file = UserVectorFile.create(target, model, data, time)) {
      int present = writeChunks(file, log, encoder, time, progress);
      file.commit();
      return new Summary(log.users(), log.users() - present);
    }
  }

  /// A chunk that a worker encodes.
  private record InFlight(UserChunk chunk, Future<float[]> vectors) {}

  private int writeChunks(
      UserVectorFile file,
      InteractionLog log,
      UserEncoder encoder,
      RequestTime time,
      LongConsumer progress)
      throws IOException {
    HistoryWindow window = encoder.config().window();
    Deque<InFlight> inFlight = new ArrayDeque<>();
    int present = 0;
    try (ExecutorService threads = threads()) {
      try {
        for (int next = 0; next < log.users() || !inFlight.isEmpty(); ) {
          while (next < log.users() && inFlight.size() < 2 * workers) {
            UserChunk chunk = UserChunk.from(next, log, window);
            inFlight.add(
                new InFlight(
                    chunk, threads.submit(() -> chunk.encode(log, window, time, encoder))));
            next = chunk.to();
          }
          InFlight oldest = inFlight.remove();
          file.append(vectors(oldest));
          present += oldest.chunk.present();
          progress.accept(oldest.chunk.to());
        }
      } finally {
        inFlight.forEach(chunk -> chunk.vectors.cancel(false));
      }
    }
    return present;
  }

  private ExecutorService threads() {
    return Executors.newFixedThreadPool(
        workers, Thread.ofPlatform().daemon().name("user-embedding-", 1).factory());
  }

  private static float[] vectors(InFlight chunk) throws IOException {
    try {
      return chunk.vectors.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while embedding users", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException("encoding failed", e.getCause());
    }
  }
}
