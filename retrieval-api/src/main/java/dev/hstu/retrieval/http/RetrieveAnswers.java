package dev.hstu.retrieval.http;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.RequestInterval;
import dev.hstu.index.filter.InvalidFilterException;
import dev.hstu.index.search.SearchPath;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.http.RepeatedRequests.Repeated;
import dev.hstu.retrieval.receipts.RecallReceipts;
import dev.hstu.retrieval.retrieve.AnswerQuality;
import dev.hstu.retrieval.retrieve.CacheUse;
import dev.hstu.retrieval.retrieve.Candidate;
import dev.hstu.retrieval.retrieve.PendingRetrieval;
import dev.hstu.retrieval.retrieve.Ranking;
import dev.hstu.retrieval.retrieve.Retrieval;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.retrieve.RetrievalOutcome;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.retrieve.Shortfall;
import dev.hstu.retrieval.serving.GenerationLease;
import dev.hstu.retrieval.serving.GenerationSwitch;
import dev.hstu.retrieval.serving.LiveGeneration;
import dev.hstu.retrieval.serving.ServerClock;
import dev.hstu.retrieval.serving.ServiceMetrics;
import dev.hstu.retrieval.users.Serving;
import io.micronaut.core.type.Argument;
import io.micronaut.json.JsonMapper;
import io.micronaut.serde.annotation.SerdeImport;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One retrieve request from its bytes to the answer's bytes, on one thread and under one lease:
/// reading, the rules of the model's clock, the retrieval, writing.
@Singleton
@SerdeImport(Candidate.class)
@SerdeImport(Shortfall.class)
final class RetrieveAnswers {

  private static final Argument<RetrieveResponse> RESPONSE = Argument.of(RetrieveResponse.class);
  /// What takes longer than [PendingRetrieval#isBrief] allows.
  private static final Reply LONGER =
      new Reply.Waiting(CompletableFuture.completedFuture(null).minimalCompletionStage());

  private static final byte[] CANDIDATES_FIELD =
      ",\"candidates\":".getBytes(StandardCharsets.US_ASCII);

  private final RetrieveRequestReader reader;
  private final RequestRules rules;
  private final UserHistories users;
  private final GenerationSwitch generations;
  private final RepeatedRequests repeated;
  private final RecallReceipts receipts;
  private final ServerClock clock;
  private final ServiceMetrics metrics;
  private final JsonMapper json;

  RetrieveAnswers(
      RetrieveRequestReader reader,
      RequestRules rules,
      UserHistories users,
      GenerationSwitch generations,
      RepeatedRequests repeated,
      RecallReceipts receipts,
      ServerClock clock,
      ServiceMetrics metrics,
      JsonMapper json) {
    this.reader = reader;
    this.rules = rules;
    this.users = users;
    this.generations = generations;
    this.repeated = repeated;
    this.receipts = receipts;
    this.clock = clock;
    this.metrics = metrics;
    this.json = json;
  }

  /// What became of a request.
  sealed interface Reply {

    /// The body of the answer.
    record Body(byte[] json) implements Reply {}

    /// No generation serves.
    record NoGeneration() implements Reply {}

    /// What this one needs is being computed elsewhere; ask again when that has ended.
    record Waiting(CompletionStage<?> until) implements Reply {}
  }

  /// The answer to the bytes of a request that was answered from a kept list before, where all that
  /// it depends on is as it was; null where that isn't so. Short enough for the event loop.
  ///
  /// @param arrivedNanos [System#nanoTime] of the request's arrival
  byte @Nullable [] again(byte[] body, long arrivedNanos) {
    Repeated before = repeated.find(body);
    @Nullable LiveGeneration live = generations.current().orElse(null);
    if (before == null || live == null) {
      return null;
    }
    long now = clock.seconds();
    if (!before.holds(live.manifest().id(), live.itemsVersion(), now)) {
      return null;
    }
    metrics.repeated();
    return written(
        live,
        before.isNow() ? now : before.requestTime(),
        before.retrieval(),
        before.candidates(),
        AnswerQuality.FULL,
        0,
        arrivedNanos);
  }

  /// Reads a request, once for all its steps.
  ///
  /// @throws InvalidRequestException when the body is not JSON or not a retrieve request
  RetrieveRequest read(byte[] body) {
    return reader.read(body);
  }

  /// Answers one request.
  ///
  /// @param body what `request` was read from
  /// @param arrivedNanos [System#nanoTime] of the request's arrival
  /// @param pending the request's, the same at each step
  /// @param step how much may be computed
  /// @throws InvalidRequestException when the request breaks the contract
  Reply answer(
      RetrieveRequest request,
      byte[] body,
      long arrivedNanos,
      RetrievalBuffers buffers,
      PendingRetrieval pending,
      QualityStep step) {
    long queueNanos = pending.queueNanos();
    if (pending.isBrief() && users.areAskedFor(request)) {
      return LONGER; // the store may read and write its files
    }
    @Nullable Serving serving = users.serving(request);
    Optional<GenerationLease> lease = generations.lease();
    if (lease.isEmpty()) {
      return new Reply.NoGeneration();
    }
    try (GenerationLease held = lease.get()) {
      LiveGeneration live = held.generation();
      RetrievalQuery query = rules.query(request, live.model().clock());
      return switch (retrieve(live, query, buffers, pending, step)) {
        case RetrievalOutcome.Waiting(CompletionStage<?> until) -> new Reply.Waiting(until);
        case RetrievalOutcome.Answered answered -> {
          users.served(serving, new ServedCandidates(answered.candidates()));
          keepRepeated(body, request, live, query, answered);
          receipts.offer(live, query, answered);
          yield new Reply.Body(
              written(
                  live,
                  query.requestTime(),
                  answered.retrieval(),
                  answered.candidates(),
                  answered.quality(),
                  queueNanos,
                  arrivedNanos));
        }
      };
    }
  }

  /// Whoever asks twice may ask a third time. A named set changes without the items' version, so
  /// requests that name one are read each time, and so are those of users of whom something is
  /// stored; an answer made cheaper is for its moment only.
  private void keepRepeated(
      byte[] body,
      RetrieveRequest request,
      LiveGeneration live,
      RetrievalQuery query,
      RetrievalOutcome.Answered answered) {
    if (answered.retrieval().cache() == CacheUse.RESULT
        && answered.quality().step() == QualityStep.FULL
        && !query.filter().namesSet()
        && !users.areAskedFor(request)) {
      repeated.keep(
          body,
          new Repeated(
              live.manifest().id(),
              answered.items().version(),
              query.requestTime(),
              request.requestTime() == null && live.model().clock() instanceof Clock.Wall,
              answered.retrieval().asKept(),
              answered.candidates()));
    }
  }

  /// Counts an answer and writes it.
  private byte[] written(
      LiveGeneration live,
      long requestTime,
      Retrieval retrieval,
      byte[] candidates,
      AnswerQuality quality,
      long queueNanos,
      long arrivedNanos) {
    long totalNanos = System.nanoTime() - arrivedNanos;
    metrics.answered(retrieval, queueNanos, totalNanos);
    metrics.answeredAt(quality.step());
    RetrieveResponse response =
        response(live, requestTime, retrieval, queueNanos, totalNanos)
            .withQuality(QualityReport.of(quality, live.costs()));
    byte[] whole = withCandidates(bytes(RESPONSE, response.withoutCandidates()), candidates);
    long writtenNanos = System.nanoTime();
    metrics.written(writtenNanos - arrivedNanos - totalNanos);
    AnswerSpans.record(live, retrieval, arrivedNanos, queueNanos, totalNanos, writtenNanos);
    return whole;
  }

  private RetrievalOutcome retrieve(
      LiveGeneration live,
      RetrievalQuery query,
      RetrievalBuffers buffers,
      PendingRetrieval pending,
      QualityStep step) {
    try {
      return live.cachedRetriever().retrieve(query, buffers, CandidateJson::write, pending, step);
    } catch (InvalidFilterException e) {
      throw invalid(e);
    }
  }

  /// Puts the list, which is written once and perhaps sent often, before the end of the object.
  private static byte[] withCandidates(byte[] response, byte[] candidates) {
    int head = response.length - 1;
    byte[] whole = new byte[head + CANDIDATES_FIELD.length + candidates.length + 1];
    System.arraycopy(response, 0, whole, 0, head);
    System.arraycopy(CANDIDATES_FIELD, 0, whole, head, CANDIDATES_FIELD.length);
    int list = head + CANDIDATES_FIELD.length;
    System.arraycopy(candidates, 0, whole, list, candidates.length);
    whole[whole.length - 1] = response[head];
    return whole;
  }

  /// A filter that does not fit the items, as a refusal.
  static InvalidRequestException invalid(InvalidFilterException e) {
    return new InvalidRequestException(
        ProblemType.INVALID_FILTER, "/filter" + e.pointer(), String.valueOf(e.getMessage()));
  }

  /// A full answer of one retrieval, as it goes over the wire.
  static RetrieveResponse response(
      LiveGeneration live,
      long requestTime,
      Retrieval retrieval,
      long queueNanos,
      long totalNanos) {
    return new RetrieveResponse(
        live.manifest().id(),
        live.engine(),
        requestTime,
        retrieval.candidates(),
        search(retrieval.path()),
        retrieval.unknownItems(),
        retrieval.ranking() == Ranking.POPULARITY ? RetrieveResponse.FALLBACK_POPULAR : null,
        retrieval.shortfall(),
        validUntil(retrieval.validity()),
        null,
        retrieval.cache().name().toLowerCase(Locale.ROOT),
        new RetrieveResponse.Timings(
            micros(queueNanos),
            micros(retrieval.encodeNanos()),
            micros(retrieval.searchNanos()),
            micros(totalNanos)));
  }

  private static @Nullable Long validUntil(@Nullable RequestInterval validity) {
    return validity == null || validity.end().isEmpty() ? null : validity.end().getAsLong();
  }

  private static @Nullable String search(@Nullable SearchPath path) {
    return switch (path) {
      case null -> null;
      case GRAPH -> "graph";
      case PARTITIONS -> "partitions";
      case EXACT_PLANNED, EXACT_FALLBACK -> "exact";
    };
  }

  private <T> byte[] bytes(Argument<T> type, T value) {
    try {
      return json.writeValueAsBytes(type, value);
    } catch (IOException e) {
      throw new UncheckedIOException("an answer could not be written as JSON", e);
    }
  }

  private static long micros(long nanos) {
    return TimeUnit.NANOSECONDS.toMicros(nanos);
  }
}
