package dev.hstu.retrieval.http;

import dev.hstu.retrieval.config.AdmissionSettings;
import dev.hstu.retrieval.retrieve.EncoderBusyException;
import dev.hstu.retrieval.retrieve.EncoderUnavailableException;
import dev.hstu.retrieval.serving.Admission;
import dev.hstu.retrieval.serving.Readiness;
import dev.hstu.retrieval.serving.ServiceMetrics;
import dev.hstu.retrieval.serving.ServiceMetrics.TurnedAway;
import dev.hstu.retrieval.serving.ServiceState;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Why work was not taken on or not finished, counted and as problems: of a request, or of a line
/// of a batch.
@Singleton
final class Refusals {

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  private final ServiceState state;
  private final ServiceMetrics metrics;
  private final AdmissionSettings settings;

  Refusals(ServiceState state, ServiceMetrics metrics, AdmissionSettings settings) {
    this.state = state;
    this.metrics = metrics;
    this.settings = settings;
  }

  /// No generation serves.
  Problem notReady() {
    return switch (state.readiness()) {
      case Readiness.NotReady(String reason) -> {
        metrics.turnedAway(TurnedAway.NOT_READY);
        yield Problem.of(ProblemType.NOT_READY, reason);
      }
      case Readiness.Ready _ ->
          Problem.of(ProblemType.NOT_READY, "a generation has just become ready; try again");
      case Readiness.Stopping() -> stopping();
    };
  }

  /// There is too much load.
  Problem overloaded(Admission.Overload<?> why) {
    return switch (why) {
      case Admission.QueueFull<?>(int queued) ->
          overloaded(
              TurnedAway.QUEUE_FULL,
              "%d requests wait for %d workers already".formatted(queued, settings.workers()));
      case Admission.OverLimit<?>(int limit) ->
          overloaded(
              TurnedAway.OVER_LIMIT,
              "%d requests are under way, more would only wait longer".formatted(limit));
      case Admission.TooLate<?>(long waitMillis, long deadlineMillis) ->
          overloaded(
              TurnedAway.WOULD_BE_LATE,
              "%d ms of waiting are foreseen and the answer is due within %d ms"
                  .formatted(waitMillis, deadlineMillis));
    };
  }

  private Problem overloaded(TurnedAway reason, String why) {
    metrics.turnedAway(reason);
    return Problem.of(ProblemType.OVERLOADED, why + "; try again after Retry-After seconds");
  }

  /// The process is stopping.
  Problem stopping() {
    metrics.turnedAway(TurnedAway.STOPPING);
    return Problem.of(ProblemType.SHUTTING_DOWN, "this process is stopping; send it elsewhere");
  }

  /// What a caller gets: the answer of work that was taken on and finished, or why there is none.
  ///
  /// @param said a problem in the form that answers have
  <T> CompletionStage<T> answerOf(Admission<T> admission, Function<Problem, T> said) {
    return answerOf(admission, settings.deadlineMillis(), said);
  }

  /// As [#answerOf], for work with a deadline of its own.
  <T> CompletionStage<T> answerOf(
      Admission<T> admission, int deadlineMillis, Function<Problem, T> said) {
    return switch (admission) {
      case Admission.Admitted(CompletableFuture<T> answer) ->
          answer.exceptionally(failure -> said.apply(failed(failure, deadlineMillis)));
      case Admission.Overload<T> overload ->
          CompletableFuture.completedFuture(said.apply(overloaded(overload)));
      case Admission.Stopping() -> CompletableFuture.completedFuture(said.apply(stopping()));
    };
  }

  /// Work taken on did not finish.
  Problem failed(Throwable failure) {
    return failed(failure, settings.deadlineMillis());
  }

  private Problem failed(Throwable failure, int deadlineMillis) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof TimeoutException) {
      metrics.turnedAway(TurnedAway.DEADLINE);
      return Problem.of(
          ProblemType.DEADLINE_EXCEEDED,
          "no answer within %d ms; send fewer requests at once, or raise %s"
              .formatted(
                  deadlineMillis,
                  deadlineMillis < settings.deadlineMillis()
                      ? RequestDeadline.HEADER
                      : "admission.deadline-millis"));
    }
    if (cause instanceof EncoderBusyException) {
      metrics.turnedAway(TurnedAway.QUEUE_FULL);
      return Problem.of(ProblemType.OVERLOADED, String.valueOf(cause.getMessage()));
    }
    if (cause instanceof EncoderUnavailableException) {
      metrics.turnedAway(TurnedAway.ENCODER_UNAVAILABLE);
      return Problem.of(ProblemType.ENCODER_UNAVAILABLE, String.valueOf(cause.getMessage()));
    }
    if (cause instanceof RejectedExecutionException) {
      return stopping();
    }
    String incident = UUID.randomUUID().toString();
    LOG.error("incident {}: a request failed", incident, cause);
    return Problem.of(
        ProblemType.INTERNAL_ERROR,
        "the service failed on this request; its log says why under incident " + incident);
  }
}
