package dev.hstu.retrieval.http;

import dev.hstu.index.filter.InvalidFilterException;
import dev.hstu.index.search.SearchPath;
import dev.hstu.retrieval.retrieve.Candidate;
import dev.hstu.retrieval.retrieve.Ranking;
import dev.hstu.retrieval.retrieve.Retrieval;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.retrieve.Shortfall;
import dev.hstu.retrieval.serving.GenerationLease;
import dev.hstu.retrieval.serving.GenerationSwitch;
import dev.hstu.retrieval.serving.LiveGeneration;
import dev.hstu.retrieval.serving.ServiceMetrics;
import io.micronaut.core.type.Argument;
import io.micronaut.json.JsonMapper;
import io.micronaut.serde.annotation.SerdeImport;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One retrieve request from its bytes to the answer's bytes, on one worker thread and under one
/// lease: reading, the rules of the model's clock, the retrieval, writing.
@Singleton
@SerdeImport(Candidate.class)
@SerdeImport(Shortfall.class)
final class RetrieveAnswers {

  private static final Argument<RetrieveResponse> RESPONSE = Argument.of(RetrieveResponse.class);

  private final RetrieveRequestReader reader;
  private final RequestRules rules;
  private final GenerationSwitch generations;
  private final ServiceMetrics metrics;
  private final JsonMapper json;

  RetrieveAnswers(
      RetrieveRequestReader reader,
      RequestRules rules,
      GenerationSwitch generations,
      ServiceMetrics metrics,
      JsonMapper json) {
    this.reader = reader;
    this.rules = rules;
    this.generations = generations;
    this.metrics = metrics;
    this.json = json;
  }

  /// Answers one request.
  ///
  /// @param arrivedNanos [System#nanoTime] of the request's arrival
  /// @return the body of the answer; empty when no generation serves
  /// @throws InvalidRequestException when the request breaks the contract
  Optional<byte[]> answer(byte[] body, long arrivedNanos, RetrievalBuffers buffers) {
    long queueNanos = System.nanoTime() - arrivedNanos;
    RetrieveRequest request = reader.read(body);
    Optional<GenerationLease> lease = generations.lease();
    if (lease.isEmpty()) {
      return Optional.empty();
    }
    try (GenerationLease held = lease.get()) {
      LiveGeneration live = held.generation();
      RetrievalQuery query = rules.query(request, live.model().clock());
      Retrieval retrieval = retrieve(live, query, buffers);
      long totalNanos = System.nanoTime() - arrivedNanos;
      metrics.answered(retrieval, queueNanos, totalNanos);
      return Optional.of(bytes(response(live, query, retrieval, queueNanos, totalNanos)));
    }
  }

  private static Retrieval retrieve(
      LiveGeneration live, RetrievalQuery query, RetrievalBuffers buffers) {
    try {
      return live.retriever().retrieve(query, buffers);
    } catch (InvalidFilterException e) {
      throw new InvalidRequestException(
          ProblemType.INVALID_FILTER, "/filter" + e.pointer(), String.valueOf(e.getMessage()));
    }
  }

  private static RetrieveResponse response(
      LiveGeneration live,
      RetrievalQuery query,
      Retrieval retrieval,
      long queueNanos,
      long totalNanos) {
    return new RetrieveResponse(
        live.manifest().id(),
        live.engine(),
        query.requestTime(),
        retrieval.candidates(),
        search(retrieval.path()),
        retrieval.unknownItems(),
        retrieval.ranking() == Ranking.POPULARITY ? RetrieveResponse.FALLBACK_POPULAR : null,
        retrieval.shortfall(),
        new RetrieveResponse.Timings(
            micros(queueNanos),
            micros(retrieval.encodeNanos()),
            micros(retrieval.searchNanos()),
            micros(totalNanos)));
  }

  private static @Nullable String search(@Nullable SearchPath path) {
    return switch (path) {
      case null -> null;
      case GRAPH -> "graph";
      case PARTITIONS -> "partitions";
      case EXACT_PLANNED, EXACT_FALLBACK -> "exact";
    };
  }

  private byte[] bytes(RetrieveResponse response) {
    try {
      return json.writeValueAsBytes(RESPONSE, response);
    } catch (IOException e) {
      throw new UncheckedIOException("an answer could not be written as JSON", e);
    }
  }

  private static long micros(long nanos) {
    return TimeUnit.NANOSECONDS.toMicros(nanos);
  }
}
