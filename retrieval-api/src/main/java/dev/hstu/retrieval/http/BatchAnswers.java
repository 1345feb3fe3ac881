package dev.hstu.retrieval.http;

import dev.hstu.index.filter.InvalidFilterException;
import dev.hstu.retrieval.retrieve.Candidate;
import dev.hstu.retrieval.retrieve.EncodedQueries;
import dev.hstu.retrieval.retrieve.EncodingOutcome;
import dev.hstu.retrieval.retrieve.PendingRetrieval;
import dev.hstu.retrieval.retrieve.Retrieval;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.serving.GenerationLease;
import dev.hstu.retrieval.serving.GenerationSwitch;
import dev.hstu.retrieval.serving.LiveGeneration;
import dev.hstu.retrieval.serving.Progress;
import dev.hstu.retrieval.serving.ServiceMetrics;
import dev.hstu.retrieval.users.ServedList;
import dev.hstu.retrieval.users.Serving;
import io.micronaut.core.type.Argument;
import io.micronaut.json.JsonMapper;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One window of a batch from its lines to their answers, on one worker thread and under one lease:
/// all lines of a window share a generation and one call of the encoder for what isn't kept, and
/// each fails by itself. What one line is served doesn't count yet for another of its window.
@Singleton
final class BatchAnswers {

  private static final Argument<BatchLine> LINE = Argument.of(BatchLine.class);
  private static final byte[] NOTHING = new byte[0];

  private final RetrieveRequestReader reader;
  private final RequestRules rules;
  private final UserHistories users;
  private final GenerationSwitch generations;
  private final Refusals refusals;
  private final ServiceMetrics metrics;
  private final JsonMapper json;

  BatchAnswers(
      RetrieveRequestReader reader,
      RequestRules rules,
      UserHistories users,
      GenerationSwitch generations,
      Refusals refusals,
      ServiceMetrics metrics,
      JsonMapper json) {
    this.reader = reader;
    this.rules = rules;
    this.users = users;
    this.generations = generations;
    this.refusals = refusals;
    this.metrics = metrics;
    this.json = json;
  }

  /// Answers a window.
  ///
  /// @param arrivedNanos [System#nanoTime] of the window's arrival
  /// @param pending the window's, the same at each step
  /// @param abandoned asked before each search; once true the answer is of no use to anyone
  /// @return NDJSON, one [BatchLine] a line
  Progress<byte[]> answer(
      List<BatchEntry> window,
      long arrivedNanos,
      RetrievalBuffers buffers,
      PendingRetrieval pending,
      BooleanSupplier abandoned) {
    if (abandoned.getAsBoolean()) {
      return new Progress.Done<>(NOTHING);
    }
    Optional<GenerationLease> lease = generations.lease();
    if (lease.isEmpty()) {
      return new Progress.Done<>(refuse(window, refusals.notReady()));
    }
    long queueNanos = pending.queueNanos();
    try (GenerationLease held = lease.get()) {
      LiveGeneration live = held.generation();
      List<Line> lines = read(window, live);
      List<RetrievalQuery> queries =
          lines.stream().map(Line::query).filter(query -> query != null).toList();
      return switch (live.cachedRetriever().encode(queries, buffers, pending)) {
        case EncodingOutcome.Waiting(CompletionStage<?> until) -> new Progress.Parked<>(until);
        case EncodingOutcome.Encoded(EncodedQueries encoded) -> {
          long encodedNanos = System.nanoTime();
          byte[] answers =
              search(live, lines, encoded, arrivedNanos, queueNanos, buffers, abandoned);
          AnswerSpans.recordWindow(arrivedNanos, queueNanos, encodedNanos);
          yield new Progress.Done<>(answers);
        }
      };
    }
  }

  private byte[] search(
      LiveGeneration live,
      List<Line> lines,
      EncodedQueries encoded,
      long arrivedNanos,
      long queueNanos,
      RetrievalBuffers buffers,
      BooleanSupplier abandoned) {
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    int place = 0;
    for (Line line : lines) {
      if (abandoned.getAsBoolean()) {
        return NOTHING;
      }
      if (line.query() == null) {
        write(BatchLine.refused(line.number(), line.id(), line.refusal()), answers);
      } else {
        write(search(live, line, encoded, place++, arrivedNanos, queueNanos, buffers), answers);
      }
    }
    return answers.toByteArray();
  }

  /// Answers every line of a window by the same problem, but those that have one already.
  byte[] refuse(List<BatchEntry> window, Problem problem) {
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    for (BatchEntry entry : window) {
      switch (entry) {
        case BatchEntry.Request(long line, byte[] _) ->
            write(BatchLine.refused(line, null, problem), answers);
        case BatchEntry.Refused(long line, Problem own) ->
            write(BatchLine.refused(line, null, own), answers);
        case BatchEntry.End(long _) -> {}
      }
    }
    return answers.toByteArray();
  }

  private List<Line> read(List<BatchEntry> window, LiveGeneration live) {
    List<Line> lines = new ArrayList<>(window.size());
    for (BatchEntry entry : window) {
      switch (entry) {
        case BatchEntry.Request(long line, byte[] bytes) -> lines.add(read(line, bytes, live));
        case BatchEntry.Refused(long line, Problem problem) ->
            lines.add(new Line(line, null, null, null, problem));
        case BatchEntry.End(long _) -> {}
      }
    }
    return lines;
  }

  private Line read(long number, byte[] bytes, LiveGeneration live) {
    AtomicReference<@Nullable String> id = new AtomicReference<>();
    try {
      RetrieveRequest request = reader.readLine(bytes, id::set);
      @Nullable Serving serving = users.serving(request);
      RetrievalQuery query = rules.query(request, live.model().clock());
      return new Line(number, id.get(), query, serving, null);
    } catch (InvalidRequestException e) {
      return new Line(number, id.get(), null, null, e.problem());
    } catch (RuntimeException e) {
      return new Line(number, id.get(), null, null, refusals.failed(e));
    }
  }

  private BatchLine search(
      LiveGeneration live,
      Line line,
      EncodedQueries encoded,
      int place,
      long arrivedNanos,
      long queueNanos,
      RetrievalBuffers buffers) {
    try {
      Retrieval retrieval = live.retriever().retrieve(encoded, place, buffers);
      long totalNanos = System.nanoTime() - arrivedNanos;
      metrics.answered(retrieval, queueNanos, totalNanos);
      if (line.serving() != null) {
        users.served(line.serving(), new ServedIds(ids(retrieval)));
      }
      RetrievalQuery query = encoded.queries().get(place).query();
      return BatchLine.answered(
          line.number(),
          line.id(),
          RetrieveAnswers.response(live, query.requestTime(), retrieval, queueNanos, totalNanos));
    } catch (InvalidFilterException e) {
      return BatchLine.refused(line.number(), line.id(), RetrieveAnswers.invalid(e).problem());
    } catch (RuntimeException e) {
      return BatchLine.refused(line.number(), line.id(), refusals.failed(e));
    }
  }

  private static List<String> ids(Retrieval retrieval) {
    return retrieval.candidates().stream().map(Candidate::itemId).toList();
  }

  private void write(BatchLine line, ByteArrayOutputStream answers) {
    try {
      answers.writeBytes(json.writeValueAsBytes(LINE, line));
      answers.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException("an answer could not be written as JSON", e);
    }
  }

  /// What one line was answered.
  private record ServedIds(List<String> itemIds) implements ServedList {

    /// Object, reference and some ten characters.
    private static final int ID_BYTES = 64;

    @Override
    public int bytes() {
      return ID_BYTES * itemIds.size();
    }
  }

  /// A line as read.
  ///
  /// @param query what it asks; null where it is refused
  /// @param serving its user, who remembers what is served; null where there is none
  /// @param problem why it is refused
  private record Line(
      long number,
      @Nullable String id,
      @Nullable RetrievalQuery query,
      @Nullable Serving serving,
      @Nullable Problem problem) {

    Problem refusal() {
      if (problem == null) {
        throw new IllegalStateException("line " + number + " is not refused");
      }
      return problem;
    }
  }
}
