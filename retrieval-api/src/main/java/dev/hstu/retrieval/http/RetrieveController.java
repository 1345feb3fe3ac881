package dev.hstu.retrieval.http;

import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.admission.WorkKind;
import dev.hstu.retrieval.retrieve.PendingRetrieval;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.serving.Progress;
import dev.hstu.retrieval.serving.RetrievalWorkers;
import io.micronaut.http.HttpParameters;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `POST /retrieve`, `GET /retrieve/{userId}` and `GET /popular`: admission and its refusals; the
/// answer itself is [RetrieveAnswers]'.
@Controller
@Tag(name = "retrieval")
final class RetrieveController {

  private static final byte[] NO_BODY = new byte[0];

  /// Longest body that is read on an event loop: some 300 events, 50 µs.
  private static final int MOST_BRIEF_BYTES = 16 << 10;

  private final RetrieveAnswers answers;
  private final RetrievalWorkers workers;
  private final RequestDeadline deadline;
  private final Refusals refusals;
  private final ProblemResponses problems;
  private final UserHistories users;

  RetrieveController(
      UserHistories users,
      RetrieveAnswers answers,
      RetrievalWorkers workers,
      RequestDeadline deadline,
      Refusals refusals,
      ProblemResponses problems) {
    this.answers = answers;
    this.workers = workers;
    this.deadline = deadline;
    this.refusals = refusals;
    this.problems = problems;
    this.users = users;
  }

  @Needs(Role.READ)
  @Post("/retrieve")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "retrieve",
      summary = "The k items to rank next for a history",
      parameters =
          @Parameter(
              in = ParameterIn.HEADER,
              name = RequestDeadline.HEADER,
              description =
                  "Within how many milliseconds the answer is of use, if less than the service's"
                      + " own deadline. What would come later is refused, and not begun",
              schema = @Schema(type = "integer", minimum = "1", maximum = "999999999")),
      requestBody =
          @RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON,
                      schema = @Schema(implementation = RetrieveRequest.class))))
  @AnswersWithCandidates
  CompletionStage<MutableHttpResponse<byte[]>> retrieve(HttpRequest<byte[]> request) {
    return answer(request, () -> request.getBody().orElse(NO_BODY));
  }

  @Needs(Role.READ)
  @Get("/retrieve/{userId}")
  @Operation(
      operationId = "retrieveStored",
      summary = "The k items to rank next for a user whose events are stored",
      description =
          "What POST /retrieve answers to the same fields, sent as parameters, and to what is stored of"
              + " the user: events and attributes",
      parameters = {
        @Parameter(
            name = "k",
            in = ParameterIn.QUERY,
            description = "How many candidates",
            schema = @Schema(type = "integer", minimum = "1", maximum = "1000")),
        @Parameter(
            name = "requestTime",
            in = ParameterIn.QUERY,
            description = "When the next item is chosen, whole seconds",
            schema = @Schema(type = "integer", format = "int64")),
        @Parameter(
            name = "excludeSeen",
            in = ParameterIn.QUERY,
            description = "Leave out the items of stored events",
            schema = @Schema(type = "boolean", defaultValue = "true")),
        @Parameter(
            name = "excludeServedDays",
            in = ParameterIn.QUERY,
            description = "Leave out what was served to this user in so many days",
            schema = @Schema(type = "integer", minimum = "1", maximum = "365")),
        @Parameter(
            name = "filter",
            in = ParameterIn.QUERY,
            description = "As of POST /retrieve, as JSON",
            schema = @Schema(type = "string")),
        @Parameter(
            name = "unknown",
            in = ParameterIn.QUERY,
            description = "What an unknown user gets; left out, a 404",
            schema = @Schema(type = "string", allowableValues = "popular"))
      })
  @AnswersWithCandidates
  CompletionStage<MutableHttpResponse<byte[]>> retrieveStored(
      String userId, HttpRequest<?> request) {
    return answer(request, () -> ofUser(userId, request.getParameters()));
  }

  private byte[] ofUser(String userId, HttpParameters parameters) {
    boolean unknownToo = RetrieveParameters.popularIfUnknown(parameters);
    byte[] body = RetrieveParameters.ofUser(userId, parameters);
    if (users.required().history(userId).isEmpty() && !unknownToo) {
      throw UsersController.unknown(userId);
    }
    return body;
  }

  @Needs(Role.READ)
  @Get("/popular")
  @Operation(
      operationId = "popular",
      summary = "The items with the most interactions, of all or with a value of an attribute",
      description =
          "Most first, equal counts in the catalogue's order; the score is the count. What POST"
              + " /retrieve answers without events and with this filter",
      parameters = {
        @Parameter(
            name = "k",
            in = ParameterIn.QUERY,
            description = "How many candidates",
            schema = @Schema(type = "integer", minimum = "1", maximum = "1000")),
        @Parameter(
            name = "attribute",
            in = ParameterIn.QUERY,
            description = "An attribute that the items must have a value of",
            schema = @Schema(type = "string")),
        @Parameter(
            name = "value",
            in = ParameterIn.QUERY,
            description = "That value",
            schema = @Schema(type = "string")),
        @Parameter(
            name = "filter",
            in = ParameterIn.QUERY,
            description = "As of POST /retrieve, as JSON",
            schema = @Schema(type = "string"))
      })
  @AnswersWithCandidates
  CompletionStage<MutableHttpResponse<byte[]>> popular(HttpRequest<?> request) {
    return answer(request, () -> RetrieveParameters.ofPopular(request.getParameters()));
  }

  private CompletionStage<MutableHttpResponse<byte[]>> answer(
      HttpRequest<?> request, Supplier<byte[]> body) {
    long arrivedNanos = System.nanoTime();
    try {
      int deadlineMillis = deadline.millis(request);
      byte[] sent = body.get();
      byte @Nullable [] again = answers.again(sent, arrivedNanos);
      if (again != null) {
        return CompletableFuture.completedFuture(ok(again));
      }
      Work work = new Work(sent, arrivedNanos, deadlineMillis);
      return refusals.answerOf(
          workers.submitSteps(deadlineMillis, work), deadlineMillis, problems::of);
    } catch (InvalidRequestException e) {
      return CompletableFuture.completedFuture(problems.of(e.problem()));
    }
  }

  private static MutableHttpResponse<byte[]> ok(byte[] json) {
    return HttpResponse.ok(json).contentType(MediaType.APPLICATION_JSON_TYPE);
  }

  /// One request, on this thread or on one worker after another.
  private final class Work implements RetrievalWorkers.SteppedWork<MutableHttpResponse<byte[]>> {

    private final byte[] body;
    private final long arrivedNanos;
    private final PendingRetrieval pending;

    /// As read at the first step.
    private @Nullable RetrieveRequest request;

    Work(byte[] body, long arrivedNanos, int deadlineMillis) {
      this.body = body;
      this.arrivedNanos = arrivedNanos;
      this.pending =
          new PendingRetrieval(
              arrivedNanos,
              arrivedNanos + TimeUnit.MILLISECONDS.toNanos(deadlineMillis),
              workers.encoderWaits(WorkKind.STEPPED));
    }

    @Override
    public @Nullable MutableHttpResponse<byte[]> runBriefly(
        RetrievalBuffers buffers, QualityStep step) {
      if (body.length > MOST_BRIEF_BYTES) {
        return null;
      }
      pending.beginBriefly();
      return switch (progress(buffers, step)) {
        case Progress.Done<MutableHttpResponse<byte[]>>(MutableHttpResponse<byte[]> answer) ->
            answer;
        case Progress.Parked<MutableHttpResponse<byte[]>> _ -> {
          pending.beginAnew();
          yield null;
        }
      };
    }

    @Override
    public Progress<MutableHttpResponse<byte[]>> run(RetrievalBuffers buffers, QualityStep step) {
      return progress(buffers, step);
    }

    private Progress<MutableHttpResponse<byte[]>> progress(
        RetrievalBuffers buffers, QualityStep step) {
      try {
        return switch (answers.answer(read(), body, arrivedNanos, buffers, pending, step)) {
          case RetrieveAnswers.Reply.Body(byte[] json) -> new Progress.Done<>(ok(json));
          case RetrieveAnswers.Reply.NoGeneration() ->
              new Progress.Done<>(problems.of(refusals.notReady()));
          case RetrieveAnswers.Reply.Waiting(CompletionStage<?> until) ->
              new Progress.Parked<>(until);
        };
      } catch (InvalidRequestException e) {
        return new Progress.Done<>(problems.of(e.problem()));
      }
    }

    private RetrieveRequest read() {
      @Nullable RetrieveRequest known = request;
      if (known == null) {
        long _ = pending.queueNanos(); // which end here, and not after the reading
        known = answers.read(body);
        request = known;
      }
      return known;
    }
  }
}
