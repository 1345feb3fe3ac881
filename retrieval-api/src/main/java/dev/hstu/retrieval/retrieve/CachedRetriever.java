package dev.hstu.retrieval.retrieve;

import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.index.filter.FilterRule;
import dev.hstu.index.filter.NamedSets;
import dev.hstu.index.search.SearchOptions;
import dev.hstu.index.search.SearchPath;
import dev.hstu.retrieval.admission.EncoderWaits;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.admission.StepParameters;
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
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A [Retriever] that computes only what isn't kept: neither the embedding of a user nor a list
/// that another query has made. Keys hold all that the answer depends on, so it is the same with
/// and without the caches. A list is kept under the version of the items it was searched in, and
/// every query looks under the version of its own moment: what an update has changed is never
/// returned as it was.
///
/// Under load it answers at a step of the brown-out ladder: what is kept of a better answer is
/// taken first, and [AnswerQuality] says what was done without. What is computed for a step is kept
/// under what it was computed from (fewer events, an earlier request time, a smaller search), so a
/// full answer never finds it. While encoders have no room ([EncoderWaits#hasRoom]) a request whose
/// embedding has just ended is answered with that one, marked, whatever the step.
///
/// A request that is to be answered briefly ([PendingRetrieval#isBrief]) is, where its list or its
/// embedding is kept and searches are short; else it is told to come again, and nothing is begun.
///
/// For any number of threads, each with buffers of its own.
public final class CachedRetriever {

  /// Most intervals that are looked back for an embedding past its expiry; each takes a pass over
  /// the events, and those of a few hundred events follow each other by seconds.
  private static final int MOST_INTERVALS_BACK = 64;

  /// A search that takes no longer is brief: a few times what handing it to another thread costs.
  private static final long BRIEF_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

  /// Up to here a search takes about as long whatever its k; twice the default.
  private static final int MOST_USUAL_K = 200;

  /// What a brief attempt that comes to longer work is told.
  private static final RetrievalOutcome LONGER =
      new RetrievalOutcome.Waiting(
          CompletableFuture.completedFuture(null).minimalCompletionStage());

  private final Retriever retriever;
  private final NamedSets sets;
  private final GenerationCaches caches;
  private final StepParameters parameters;
  private final SearchOptions smaller;
  private final TypicalTime searchTime;

  /// @param sets that the retriever's filters name
  /// @param caches as the retriever's generation uses them; the caller's to close
  /// @param parameters of the steps
  public CachedRetriever(
      Retriever retriever, NamedSets sets, GenerationCaches caches, StepParameters parameters) {
    this(retriever, sets, caches, parameters, new TypicalTime());
  }

  /// @param searchTime of full searches of usual k without a filter, as far as it is known
  CachedRetriever(
      Retriever retriever,
      NamedSets sets,
      GenerationCaches caches,
      StepParameters parameters,
      TypicalTime searchTime) {
    this.retriever = retriever;
    this.sets = sets;
    this.caches = caches;
    this.parameters = parameters;
    this.smaller = parameters.smaller(retriever.options());
    this.searchTime = searchTime;
  }

  /// Answers one query from what is kept, and keeps what it computes.
  ///
  /// @param buffers the calling thread's, overwritten
  /// @param pending the request's, the same at each step
  /// @param step how much may be computed
  /// @throws dev.hstu.index.filter.InvalidFilterException when the query's filter names what the
  ///     items don't have
  public RetrievalOutcome retrieve(
      RetrievalQuery query,
      RetrievalBuffers buffers,
      CandidateFormat format,
      PendingRetrieval pending,
      QualityStep step) {
    // Before the filter is compiled: whoever reads an old version may see newer sets, and a list
    // that is newer than its key does no harm.
    long setsVersion = query.filter().namesSet() ? sets.version() : 0;
    Asked asked = retriever.ask(query, buffers);
    HistoryBatch window = asked.window();
    Answering answering = new Answering(asked, setsVersion, buffers, format, pending);
    return window == null
        ? answering.popular(AnswerQuality.FULL)
        : answering.at(step, window, caches.key(window, query.userId()));
  }

  /// Encodes the histories of many queries that aren't kept in one call, and keeps what it makes;
  /// for [Retriever#retrieve(EncodedQueries, int, RetrievalBuffers)] of each. Where the call fails
  /// each is encoded alone, so that one history which can't be spoils no other
  /// ([EncodedQueries.Encoded#failure]).
  ///
  /// @param buffers the calling thread's, overwritten
  /// @param pending the request's, the same at each step
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
      @Nullable Throwable failure = pending.failure(user);
      if (failure != null) {
        encoded.add(Encoded.failed(query, known.unknownItems(), failure));
        continue;
      }
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
              own == null ? CacheUse.EMBEDDING : CacheUse.MISS,
              null));
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
    CompletableFuture<float[][]> together =
        embed(HistoryBatch.concat(windows), pending)
            .thenApply(flat -> Retriever.rows(flat, users.size()));
    List<CompletableFuture<float[]>> rows = new ArrayList<>(users.size());
    for (int i = 0; i < users.size(); i++) {
      int place = i;
      rows.add(
          together
              .thenApply(made -> made[place])
              .exceptionallyCompose(
                  failure ->
                      windows.size() == 1 || holdsForAll(failure)
                          ? CompletableFuture.failedFuture(failure)
                          : embed(windows.get(place), pending))
              .whenComplete((row, _) -> keep(users.get(place), row)));
    }
    return pending.expect(users, rows, start);
  }

  /// As [Retriever#embed], failing in what it gives only.
  private CompletableFuture<float[]> embed(HistoryBatch windows, PendingRetrieval pending) {
    try {
      return retriever.embed(windows, pending);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /// Whether a call failed for want of time or room, which each of its histories would want too.
  private static boolean holdsForAll(Throwable failure) {
    @Nullable Throwable cause = failure;
    while (cause instanceof CompletionException) {
      cause = cause.getCause();
    }
    return cause instanceof TimeoutException || cause instanceof EncoderBusyException;
  }

  private void keep(EmbeddingKey user, float @Nullable [] made) {
    if (made != null) {
      caches.embeddings().keep(user, made);
    }
  }

  /// A user by whose embedding a list is searched.
  ///
  /// @param window what is encoded where it isn't kept
  /// @param list under which key the list is kept
  private record Searched(
      HistoryBatch window,
      EmbeddingKey user,
      ResultKey list,
      SearchOptions options,
      AnswerQuality quality) {}

  /// What is left to do for one query.
  private final class Answering {

    private final Asked asked;
    private final int[] excludedRows;
    private final long setsVersion;
    private final RetrievalBuffers buffers;
    private final CandidateFormat format;
    private final PendingRetrieval pending;

    Answering(
        Asked asked,
        long setsVersion,
        RetrievalBuffers buffers,
        CandidateFormat format,
        PendingRetrieval pending) {
      this.asked = asked;
      this.excludedRows = asked.exclusions().rows();
      this.setsVersion = setsVersion;
      this.buffers = buffers;
      this.format = format;
      this.pending = pending;
    }

    /// Answers a query with a known event.
    RetrievalOutcome at(QualityStep step, HistoryBatch window, EmbeddingKey user) {
      Searched full = searched(window, user, retriever.options(), AnswerQuality.FULL);
      @Nullable KeptList kept = caches.results().find(full.list);
      if (kept != null) {
        return answered(full, kept, CacheUse.RESULT, 0, 0);
      }
      if (pending.isBrief()) {
        return step == QualityStep.FULL ? brief(full) : LONGER;
      }
      @Nullable RetrievalOutcome earlier =
          step.compareTo(QualityStep.STALE_EMBEDDING) < 0 && wouldWaitAtEncoders(user)
              ? earlier(searched(window, user, smaller, AnswerQuality.FULL))
              : null;
      if (earlier != null) {
        return earlier;
      }
      return step == QualityStep.FULL ? compute(full) : cheaper(step, window, user);
    }

    /// Whether the user's embedding would have to be made and encoders are behind: many that were
    /// kept have ended together, perhaps. Those who have an earlier one do with it then, so that
    /// the others' wait stays short; theirs is made by a later request, when there is room.
    private boolean wouldWaitAtEncoders(EmbeddingKey user) {
      return pending.hasAskedForNothing()
          && caches.embeddings().find(user) == null
          && !pending.encoderWaits().hasRoom(pending.queueNanos());
    }

    /// Searches where no embedding has to be made and the search takes what most have taken: a
    /// filter may make it compare every item.
    private RetrievalOutcome brief(Searched full) {
      float @Nullable [] embedding =
          searchesAsUsual() && searchTime.isAtMost(BRIEF_NANOS)
              ? caches.embeddings().find(full.user)
              : null;
      return embedding == null ? LONGER : search(full, embedding, CacheUse.EMBEDDING, 0);
    }

    private boolean searchesAsUsual() {
      return asked.query().k() <= MOST_USUAL_K
          && asked.query().filter().equals(FilterRule.EVERYTHING);
    }

    private RetrievalOutcome cheaper(QualityStep step, HistoryBatch window, EmbeddingKey user) {
      Searched less = searched(window, user, smaller, AnswerQuality.of(QualityStep.SMALLER_SEARCH));
      @Nullable KeptList kept = caches.results().find(less.list);
      if (kept != null) {
        return answered(less, kept, CacheUse.RESULT, 0, 0);
      }
      if (step == QualityStep.SMALLER_SEARCH
          || pending.own(user) != null
          || (step != QualityStep.POPULAR && caches.embeddings().find(user) != null)) {
        return compute(less);
      }
      return switch (step) {
        case FULL, SMALLER_SEARCH, SHORTER_HISTORY -> shorter(less);
        case STALE_EMBEDDING -> stale(less);
        case POPULAR -> popular(AnswerQuality.of(QualityStep.POPULAR));
      };
    }

    private RetrievalOutcome shorter(Searched less) {
      HistoryBatch newest = parameters.shorter(less.window);
      return newest == less.window
          ? compute(less)
          : compute(
              searched(
                  newest,
                  caches.key(newest, asked.query().userId()),
                  smaller,
                  AnswerQuality.of(QualityStep.SHORTER_HISTORY)));
    }

    private RetrievalOutcome stale(Searched less) {
      @Nullable RetrievalOutcome earlier = earlier(less);
      return earlier == null ? shorter(less) : earlier;
    }

    /// Takes the latest embedding of the same events that is kept and not too long past its expiry;
    /// null where there is none.
    private @Nullable RetrievalOutcome earlier(Searched less) {
      long requestTime = asked.query().requestTime();
      @Nullable EmbeddingKey earlier = less.user.before();
      for (int back = 0; earlier != null && back < MOST_INTERVALS_BACK; back++) {
        long staleSeconds = requestTime - earlier.validity().last() - 1;
        if (staleSeconds >= parameters.graceSeconds()) {
          break;
        }
        float @Nullable [] embedding = caches.embeddings().find(earlier);
        if (embedding != null) {
          AnswerQuality quality = new AnswerQuality(QualityStep.STALE_EMBEDDING, staleSeconds);
          return search(
              searched(less.window, earlier, smaller, quality), embedding, CacheUse.EMBEDDING, 0);
        }
        earlier = earlier.before();
      }
      return null;
    }

    RetrievalOutcome popular(AnswerQuality quality) {
      if (pending.isBrief()) {
        return LONGER; // past the end of the list it takes a pass over the catalogue
      }
      Retrieval popular = retriever.popular(asked);
      return new RetrievalOutcome.Answered(
          popular.withoutCandidates(),
          format.write(popular.candidates()),
          null,
          asked.now(),
          setsVersion,
          quality);
    }

    private Searched searched(
        HistoryBatch window, EmbeddingKey user, SearchOptions options, AnswerQuality quality) {
      ResultKey list =
          caches.key(
              user,
              asked.now().version(),
              setsVersion,
              asked.query().k(),
              excludedRows,
              asked.query().filter(),
              options);
      return new Searched(window, user, list, options, quality);
    }

    private RetrievalOutcome compute(Searched what) {
      float @Nullable [] own = pending.own(what.user);
      if (own != null) {
        return search(what, own, CacheUse.MISS, pending.encodeNanos());
      }
      long start = System.nanoTime();
      return switch (caches
          .embeddings()
          .getAsync(what.user, () -> embed(what.window), pending.mayWait())) {
        case Lookup.InFlight<float[]>(CompletionStage<?> landing) -> waiting(landing);
        case Lookup.Making<float[]>(CompletableFuture<float[]> embedding) ->
            new RetrievalOutcome.Waiting(
                pending.expect(List.of(what.user), List.of(embedding), start));
        case Lookup.Kept<float[]>(float[] embedding) ->
            search(what, embedding, CacheUse.EMBEDDING, 0);
        case Lookup.Made<float[]>(float[] embedding) ->
            search(what, embedding, CacheUse.MISS, System.nanoTime() - start);
      };
    }

    private CompletableFuture<float[]> embed(HistoryBatch window) {
      EncoderWaits waits = pending.encoderWaits();
      long sentNanos = System.nanoTime();
      waits.sent();
      CompletableFuture<float[]> embedding;
      try {
        embedding = retriever.embed(window, pending);
      } catch (RuntimeException | Error e) {
        waits.answered(System.nanoTime() - sentNanos);
        throw e;
      }
      return embedding.whenComplete((_, _) -> waits.answered(System.nanoTime() - sentNanos));
    }

    private RetrievalOutcome waiting(CompletionStage<?> landing) {
      pending.waits();
      return new RetrievalOutcome.Waiting(landing);
    }

    private RetrievalOutcome search(
        Searched what, float[] embedding, CacheUse use, long encodeNanos) {
      long start = System.nanoTime();
      return switch (caches
          .results()
          .get(what.list, () -> nearest(what, embedding), pending.mayWait())) {
        case Lookup.InFlight<KeptList>(CompletionStage<?> landing) -> waiting(landing);
        case Lookup.Making<KeptList>(CompletableFuture<KeptList> list) ->
            new RetrievalOutcome.Waiting(list);
        case Lookup.Kept<KeptList>(KeptList found) ->
            answered(what, found, CacheUse.RESULT, encodeNanos, 0);
        case Lookup.Made<KeptList>(KeptList found) ->
            answered(what, found, use, encodeNanos, System.nanoTime() - start);
      };
    }

    private KeptList nearest(Searched what, float[] embedding) {
      Retrieval made =
          retriever.nearest(
              asked,
              embedding,
              what.user.validity(),
              what.options,
              CacheUse.MISS,
              0,
              buffers.found);
      if (searchesAsUsual() && what.options.equals(retriever.options())) {
        searchTime.add(made.searchNanos());
      }
      @Nullable Shortfall shortfall = made.shortfall();
      return new KeptList(
          format.write(made.candidates()),
          embedding,
          made.candidates().size(),
          Objects.requireNonNull(made.path()),
          shortfall == null ? null : shortfall.reason());
    }

    private RetrievalOutcome answered(
        Searched what, KeptList found, CacheUse use, long encodeNanos, long searchNanos) {
      int k = asked.query().k();
      @Nullable String reason = found.shortfallReason();
      return new RetrievalOutcome.Answered(
          new Retrieval(
              List.of(),
              Ranking.MODEL,
              found.path(),
              asked.unknownItems(),
              reason == null ? null : new Shortfall(k, found.returned(), reason),
              what.user.validity(),
              use,
              encodeNanos,
              searchNanos),
          found.candidates(),
          found.embedding(),
          asked.now(),
          setsVersion,
          quality(what, found.path()));
    }

    /// A smaller search that compared every item anyway has done without nothing.
    private AnswerQuality quality(Searched what, SearchPath path) {
      boolean whole =
          smaller.equals(retriever.options())
              || path == SearchPath.EXACT_PLANNED
              || path == SearchPath.EXACT_FALLBACK;
      return whole && what.quality.step() == QualityStep.SMALLER_SEARCH
          ? AnswerQuality.FULL
          : what.quality;
    }
  }
}
