package dev.hstu.retrieval.http;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.retrieval.http.EmbedResponse.Embedding;
import dev.hstu.retrieval.retrieve.EncodedQueries;
import dev.hstu.retrieval.retrieve.EncodedQueries.Encoded;
import dev.hstu.retrieval.retrieve.EncodingOutcome;
import dev.hstu.retrieval.retrieve.PendingRetrieval;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.serving.GenerationLease;
import dev.hstu.retrieval.serving.GenerationSwitch;
import dev.hstu.retrieval.serving.LiveGeneration;
import io.micronaut.core.type.Argument;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.json.JsonMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// One request for embeddings, on one worker thread and under one lease: reading, the rules of the
/// model's clock, one call of the encoder for what isn't kept, writing.
@Singleton
final class EmbedAnswers {

  static final String GENERATION = "Hstu-Generation";
  static final String MODEL = "Hstu-Model";

  /// Histories and dimension, e.g. `3,64`.
  static final String SHAPE = "Hstu-Shape";

  private static final Argument<EmbedResponse> RESPONSE = Argument.of(EmbedResponse.class);

  private final EmbedRequestReader reader;
  private final RequestRules rules;
  private final GenerationSwitch generations;
  private final JsonMapper json;

  EmbedAnswers(
      EmbedRequestReader reader,
      RequestRules rules,
      GenerationSwitch generations,
      JsonMapper json) {
    this.reader = reader;
    this.rules = rules;
    this.generations = generations;
    this.json = json;
  }

  /// What became of a request.
  sealed interface Reply {

    record Answered(MutableHttpResponse<byte[]> answer) implements Reply {}

    /// No generation serves.
    record NoGeneration() implements Reply {}

    /// The embeddings are being computed elsewhere; ask again when that has ended.
    record Waiting(CompletionStage<?> until) implements Reply {}
  }

  /// Answers one request.
  ///
  /// @param raw whether as float32 values and not as JSON
  /// @param pending the request's, the same at each step
  /// @throws InvalidRequestException when the request breaks the contract
  /// @throws java.util.concurrent.CompletionException when one of the histories could not be
  ///     encoded
  Reply answer(byte[] body, boolean raw, RetrievalBuffers buffers, PendingRetrieval pending) {
    EmbedRequestReader.Sent sent = reader.read(body);
    Optional<GenerationLease> lease = generations.lease();
    if (lease.isEmpty()) {
      return new Reply.NoGeneration();
    }
    try (GenerationLease held = lease.get()) {
      LiveGeneration live = held.generation();
      List<RetrievalQuery> queries = queries(sent, live.model().clock());
      return switch (live.cachedRetriever().encode(queries, buffers, pending)) {
        case EncodingOutcome.Encoded(EncodedQueries encoded) -> {
          encoded.requireAll();
          long encodedNanos = System.nanoTime();
          MutableHttpResponse<byte[]> answer = raw ? float32(live, encoded) : json(live, encoded);
          AnswerSpans.recordEmbeddings(live, encodedNanos);
          yield new Reply.Answered(answer);
        }
        case EncodingOutcome.Waiting(CompletionStage<?> until) -> new Reply.Waiting(until);
      };
    }
  }

  private List<RetrievalQuery> queries(EmbedRequestReader.Sent sent, Clock clock) {
    List<RetrievalQuery> queries = new ArrayList<>(sent.histories().size());
    for (int i = 0; i < sent.histories().size(); i++) {
      try {
        queries.add(rules.query(sent.histories().get(i), clock));
      } catch (InvalidRequestException e) {
        throw sent.isList() ? e.under("/" + i) : e;
      }
    }
    return queries;
  }

  /// Rows of little-endian float32, zeros for a history without a known event: every other row has
  /// length 1.
  private static MutableHttpResponse<byte[]> float32(LiveGeneration live, EncodedQueries encoded) {
    int dimension = live.manifest().dimension();
    ByteBuffer values =
        ByteBuffer.allocate(encoded.queries().size() * dimension * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < encoded.queries().size(); i++) {
      float[] embedding = encoded.queries().get(i).embedding();
      if (embedding != null) {
        values.asFloatBuffer().put(i * dimension, embedding);
      }
    }
    return HttpResponse.ok(values.array())
        .contentType(MediaType.APPLICATION_OCTET_STREAM_TYPE)
        .header(GENERATION, live.manifest().id())
        .header(MODEL, live.manifest().modelFingerprint())
        .header(SHAPE, "%d,%d".formatted(encoded.queries().size(), dimension));
  }

  private MutableHttpResponse<byte[]> json(LiveGeneration live, EncodedQueries encoded) {
    EmbedResponse response =
        new EmbedResponse(
            live.manifest().id(),
            live.manifest().modelFingerprint(),
            live.engine(),
            live.manifest().dimension(),
            encoded.queries().stream().map(EmbedAnswers::embedding).toList());
    try {
      return HttpResponse.ok(json.writeValueAsBytes(RESPONSE, response))
          .contentType(MediaType.APPLICATION_JSON_TYPE);
    } catch (IOException e) {
      throw new UncheckedIOException("an answer could not be written as JSON", e);
    }
  }

  private static Embedding embedding(Encoded one) {
    return new Embedding(one.query().requestTime(), one.unknownItems(), values(one.embedding()));
  }

  private static @Nullable List<Float> values(float @Nullable [] embedding) {
    if (embedding == null) {
      return null;
    }
    List<Float> values = new ArrayList<>(embedding.length);
    for (float value : embedding) {
      values.add(value);
    }
    return values;
  }
}
