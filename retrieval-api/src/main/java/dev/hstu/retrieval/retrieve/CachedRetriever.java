package dev.hstu.retrieval.retrieve;

import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.index.filter.NamedSets;
import dev.hstu.retrieval.cache.EmbeddingKey;
import dev.hstu.retrieval.cache.GenerationCaches;
import dev.hstu.retrieval.cache.KeptList;
import dev.hstu.retrieval.cache.Lookup;
import dev.hstu.retrieval.cache.ResultKey;
import dev.hstu.retrieval.retrieve.EncodedQueries.Encoded;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A [Retriever] that computes only what isn't kept: neither the embedding of a user nor a list
/// that another query has made. Keys hold all that the answer depends on, so it is the same with
/// and without the caches. A list is kept under the version of the items it was searched in, and
/// every query looks under the version of its own moment: what an update has changed is never
/// returned as it was.
///
/// For any number of threads, each with buffers of its own.
public final class CachedRetriever {

  private final Retriever retriever;
  private final NamedSets sets;
  private final GenerationCaches caches;

  /// @param sets that the retriever's filters name
  /// @param caches as the retriever's generation uses them; the caller's to close
  public CachedRetriever(Retriever retriever, NamedSets sets, GenerationCaches caches) {
    this.retriever = retriever;
    this.sets = sets;
    this.caches = caches;
  }

  /// Answers one query from what is kept, and keeps what it computes.
  ///
  /// @param buffers the calling thread's, overwritten
  /// @param pending the request's, the same at each step
  /// @throws dev.hstu.index.filter.InvalidFilterException when the query's filter names what the
  ///     items don't have
  public RetrievalOutcome retrieve(
      RetrievalQuery query,
      RetrievalBuffers buffers,
      CandidateFormat format,
      PendingRetrieval pending) {
    // Before the filter is compiled: whoever reads an old version may see newer sets, and a list
    // that is newer than its key does no harm.
    long setsVersion = query.filter().namesSet() ? sets.version() : 0;
    Asked asked = retriever.ask(query, buffers);
    HistoryBatch window = asked.window();
    if (window == null) {
      Retrieval popular = retriever.popular(asked);
      return new RetrievalOutcome.Answered(
          popular.withoutCandidates(),
          format.write(popular.candidates()),
          null,
          asked.now(),
          setsVersion);
    }
    EmbeddingKey user = caches.key(window, query.userId());
    ResultKey list =
        caches.key(
            user,
            asked.now().version(),
            setsVersion,
            query.k(),
            asked.exclusions().rows(),
            query.filter());
    return new Steps(asked, window, user, list, setsVersion, buffers, format, pending).take();
  }

  /// Encodes the histories of many queries that aren't kept in one call, and keeps what it makes;
  /// for [Retriever#retrieve(EncodedQueries, int, RetrievalBuffers)] of each.
  ///
  /// @param buffers the calling thread's, overwritten
  /// @param pending the request's, the same at each step
  /// @throws java.util.concurrent.CompletionException when they could not be encoded
  public EncodingOutcome encode(
      List<RetrievalQuery> queries, RetrievalBuffers buffers, PendingRetrieval pending) {
    List<Encoded> encoded = new ArrayList<>(queries.size());
    List<EmbeddingKey> missing = new ArrayList<>();
    List<HistoryBatch> windows = new ArrayList<>();
    for (RetrievalQuery query : queries) {
      Retriever.Known known = retriever.known(query, buffers);
      if (known.window() == null) {
        encoded.add(Encoded.without(query, known.unknownItems()));
        continue;
      }
      EmbeddingKey user = caches.key(known.window(), query.userId());
      float @Nullable [] own = pending.own(user);
      float @Nullable [] there = own == null ? caches.embeddings().find(user) : own;
      if (there == null) {
        missing.add(user);
        windows.add(known.window());
      }
      encoded.add(
          new Encoded(
              query,
              known.unknownItems(),
              there,
              user.validity(),
              own == null ? CacheUse.EMBEDDING : CacheUse.MISS));
    }
    if (missing.isEmpty()) {
      return new EncodingOutcome.Encoded(new EncodedQueries(encoded, pending.encodeNanos()));
    }
    CompletableFuture<?> made = make(missing, windows, pending);
    return made.isDone() ? encode(queries, buffers, pending) : new EncodingOutcome.Waiting(made);
  }

  private CompletableFuture<?> make(
      List<EmbeddingKey> users, List<HistoryBatch> windows, PendingRetrieval pending) {
    long start = System.nanoTime();
    CompletableFuture<float[][]> rows =
        retriever
            .embed(HistoryBatch.concat(windows), pending.deadlineNanos())
            .thenApply(flat -> Retriever.rows(flat, users.size()))
            .whenComplete((made, _) -> keep(users, made));
    return pending.expect(users, rows, start);
  }

  private void keep(List<EmbeddingKey> users, float @Nullable [][] made) {
    for (int i = 0; made != null && i < made.length; i++) {
      caches.embeddings().keep(users.get(i), made[i]);
    }
  }

  /// What is left to do for one query with a known event.
  private final class Steps {

    private final Asked asked;
    private final HistoryBatch window;
    private final EmbeddingKey user;
    private final ResultKey list;
    private final long setsVersion;
    private final RetrievalBuffers buffers;
    private final CandidateFormat format;
    private final PendingRetrieval pending;

    Steps(
        Asked asked,
        HistoryBatch window,
        EmbeddingKey user,
        ResultKey list,
        long setsVersion,
        RetrievalBuffers buffers,
        CandidateFormat format,
        PendingRetrieval pending) {
      this.asked = asked;
      this.window = window;
      this.user = user;
      this.list = list;
      this.setsVersion = setsVersion;
      this.buffers = buffers;
      this.format = format;
      this.pending = pending;
    }

    RetrievalOutcome take() {
      @Nullable KeptList kept = caches.results().find(list);
      if (kept != null) {
        return answered(kept, CacheUse.RESULT, 0, 0);
      }
      float @Nullable [] own = pending.own(user);
      if (own != null) {
        return search(own, CacheUse.MISS, pending.encodeNanos());
      }
      long start = System.nanoTime();
      return switch (caches.embeddings().getAsync(user, this::embed, pending.mayWait())) {
        case Lookup.InFlight<float[]>(CompletionStage<?> landing) -> waiting(landing);
        case Lookup.Making<float[]>(CompletableFuture<float[]> embedding) ->
            new RetrievalOutcome.Waiting(
                pending.expect(
                    List.of(user), embedding.thenApply(row -> new float[][] {row}), start));
        case Lookup.Kept<float[]>(float[] embedding) -> search(embedding, CacheUse.EMBEDDING, 0);
        case Lookup.Made<float[]>(float[] embedding) ->
            search(embedding, CacheUse.MISS, System.nanoTime() - start);
      };
    }

    private CompletableFuture<float[]> embed() {
      return retriever.embed(window, pending.deadlineNanos());
    }

    private RetrievalOutcome waiting(CompletionStage<?> landing) {
      pending.waits();
      return new RetrievalOutcome.Waiting(landing);
    }

    private RetrievalOutcome search(float[] embedding, CacheUse use, long encodeNanos) {
      long start = System.nanoTime();
      return switch (caches.results().get(list, () -> nearest(embedding), pending.mayWait())) {
        case Lookup.InFlight<KeptList>(CompletionStage<?> landing) -> waiting(landing);
        case Lookup.Making<KeptList>(CompletableFuture<KeptList> list) ->
            new RetrievalOutcome.Waiting(list);
        case Lookup.Kept<KeptList>(KeptList found) ->
            answered(found, CacheUse.RESULT, encodeNanos, 0);
        case Lookup.Made<KeptList>(KeptList found) ->
            answered(found, use, encodeNanos, System.nanoTime() - start);
      };
    }

    private KeptList nearest(float[] embedding) {
      Retrieval made =
          retriever.nearest(asked, embedding, user.validity(), CacheUse.MISS, 0, buffers.found);
      @Nullable Shortfall shortfall = made.shortfall();
      return new KeptList(
          format.write(made.candidates()),
          embedding,
          made.candidates().size(),
          Objects.requireNonNull(made.path()),
          shortfall == null ? null : shortfall.reason());
    }

    private RetrievalOutcome answered(
        KeptList found, CacheUse use, long encodeNanos, long searchNanos) {
      int k = asked.query().k();
      @Nullable String reason = found.shortfallReason();
      return new RetrievalOutcome.Answered(
          new Retrieval(
              List.of(),
              Ranking.MODEL,
              found.path(),
              asked.unknownItems(),
              reason == null ? null : new Shortfall(k, found.returned(), reason),
              user.validity(),
              use,
              encodeNanos,
              searchNanos),
          found.candidates(),
          found.embedding(),
          asked.now(),
          setsVersion);
    }
  }
}
