package dev.hstu.retrieval.http;

import org.jspecify.annotations.Nullable;

/// A request that breaks the contract or asks for what there isn't; answered with its problem.
final class InvalidRequestException extends RuntimeException {

  private final transient Problem problem;

  InvalidRequestException(ProblemType type, @Nullable String field, String detail) {
    super(detail, null, false, false);
    this.problem = Problem.at(type, field, detail);
  }

  InvalidRequestException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  /// The same refusal of a value that lies under `parent` of a larger body.
  InvalidRequestException under(String parent) {
    return new InvalidRequestException(problem.under(parent));
  }

  Problem problem() {
    return problem;
  }
}
