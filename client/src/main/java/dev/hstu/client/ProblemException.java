package dev.hstu.client;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The service answered with a problem, and retries, where they were allowed, did not help.
public final class ProblemException extends RetrievalException {

  private static final long serialVersionUID = 1L;

  private final Problem problem;
  private final @Nullable Duration retryAfter;
  private final String traceId;

  ProblemException(Problem problem, @Nullable Duration retryAfter, String traceId) {
    super("%d %s: %s".formatted(problem.status(), problem.kind(), problem.detail()));
    this.problem = problem;
    this.retryAfter = retryAfter;
    this.traceId = traceId;
  }

  public Problem problem() {
    return problem;
  }

  /// How long the service asks to be left alone; empty where it doesn't.
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /// What the service's log and traces have the request under; empty where it wasn't told.
  public String traceId() {
    return traceId;
  }
}
