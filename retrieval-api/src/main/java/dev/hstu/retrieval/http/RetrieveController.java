package dev.hstu.retrieval.http;

import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.config.AdmissionSettings;
import dev.hstu.retrieval.retrieve.RetrievalBuffers;
import dev.hstu.retrieval.serving.Admission;
import dev.hstu.retrieval.serving.Progress;
import dev.hstu.retrieval.serving.Readiness;
import dev.hstu.retrieval.serving.RetrievalWorkers;
import dev.hstu.retrieval.serving.ServiceMetrics;
import dev.hstu.retrieval.serving.ServiceMetrics.TurnedAway;
import dev.hstu.retrieval.serving.ServiceState;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `POST /retrieve`: admission and its refusals; the answer itself is [RetrieveAnswers]'.
@Controller
@Tag(name = "retrieval")
final class RetrieveController {

  private static final Logger LOG = LoggerFactory.getLogger(RetrieveController.class);

  private static final byte[] NO_BODY = new byte[0];

  /// How often a request waits for an equal one: for its embedding, for its list, and as often
  /// again where the other one fails. Then it computes for itself.
  private static final int MAX_WAITS = 4;

  private final RetrieveAnswers answers;
  private final RetrievalWorkers workers;
  private final ServiceState state;
  private final ServiceMetrics metrics;
  private final ProblemResponses problems;
  private final AdmissionSettings settings;

  RetrieveController(
      RetrieveAnswers answers,
      RetrievalWorkers workers,
      ServiceState state,
      ServiceMetrics metrics,
      ProblemResponses problems,
      AdmissionSettings settings) {
    this.answers = answers;
    this.workers = workers;
    this.state = state;
    this.metrics = metrics;
    this.problems = problems;
    this.settings = settings;
  }

  @Needs(Role.READ)
  @Post("/retrieve")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "retrieve",
      summary = "The k items to rank next for a history",
      requestBody =
          @RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON,
                      schema = @Schema(implementation = RetrieveRequest.class))))
  @ApiResponse(
      responseCode = "200",
      description = "Exactly k candidates, or a stated shortfall",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = RetrieveResponse.class)))
  @ApiResponse(
      responseCode = "4XX",
      description = "What is wrong with the request and what to do about it",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "5XX",
      description = "What is wrong with the service and when to try again",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  CompletionStage<MutableHttpResponse<byte[]>> retrieve(HttpRequest<byte[]> request) {
    long arrivedNanos = System.nanoTime();
    byte[] body = request.getBody().orElse(NO_BODY);
    return switch (workers.submitSteps(new Work(body, arrivedNanos)::step)) {
      case Admission.Admitted(CompletableFuture<MutableHttpResponse<byte[]>> answer) ->
          answer.exceptionally(this::failed);
      case Admission.QueueFull(int queued) -> CompletableFuture.completedFuture(queueFull(queued));
      case Admission.Stopping() -> CompletableFuture.completedFuture(stopping());
    };
  }

  /// One request, on one worker after another.
  private final class Work {

    private final byte[] body;
    private final long arrivedNanos;
    private int waits;

    Work(byte[] body, long arrivedNanos) {
      this.body = body;
      this.arrivedNanos = arrivedNanos;
    }

    Progress<MutableHttpResponse<byte[]>> step(RetrievalBuffers buffers) {
      try {
        return switch (answers.answer(body, arrivedNanos, buffers, waits < MAX_WAITS)) {
          case RetrieveAnswers.Reply.Body(byte[] json) ->
              new Progress.Done<>(
                  HttpResponse.ok(json).contentType(MediaType.APPLICATION_JSON_TYPE));
          case RetrieveAnswers.Reply.NoGeneration() -> new Progress.Done<>(notReady());
          case RetrieveAnswers.Reply.Waiting(CompletionStage<?> until) -> {
            waits++;
            yield new Progress.Parked<>(until);
          }
        };
      } catch (InvalidRequestException e) {
        return new Progress.Done<>(problems.of(e.problem()));
      }
    }
  }

  private MutableHttpResponse<byte[]> notReady() {
    return switch (state.readiness()) {
      case Readiness.NotReady(String reason) -> {
        metrics.turnedAway(TurnedAway.NOT_READY);
        yield problems.of(Problem.of(ProblemType.NOT_READY, reason));
      }
      case Readiness.Ready _ ->
          problems.of(
              Problem.of(ProblemType.NOT_READY, "a generation has just become ready; try again"));
      case Readiness.Stopping() -> stopping();
    };
  }

  private MutableHttpResponse<byte[]> queueFull(int queued) {
    metrics.turnedAway(TurnedAway.QUEUE_FULL);
    return problems.of(
        Problem.of(
            ProblemType.OVERLOADED,
            "%d requests wait for %d workers already; try again after Retry-After seconds"
                .formatted(queued, settings.workers())));
  }

  private MutableHttpResponse<byte[]> stopping() {
    metrics.turnedAway(TurnedAway.STOPPING);
    return problems.of(
        Problem.of(ProblemType.SHUTTING_DOWN, "this process is stopping; send it elsewhere"));
  }

  private MutableHttpResponse<byte[]> failed(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof TimeoutException) {
      metrics.turnedAway(TurnedAway.DEADLINE);
      return problems.of(
          Problem.of(
              ProblemType.DEADLINE_EXCEEDED,
              "no answer within %d ms; send fewer requests at once, or raise"
                      .formatted(settings.deadlineMillis())
                  + " admission.deadline-millis"));
    }
    if (cause instanceof RejectedExecutionException) {
      return stopping();
    }
    String incident = UUID.randomUUID().toString();
    LOG.error("incident {}: a retrieve request failed", incident, cause);
    return problems.of(
        Problem.of(
            ProblemType.INTERNAL_ERROR,
            "the service failed on this request; its log says why under incident " + incident));
  }
}
