package dev.hstu.retrieval.http;

/// A request that breaks the contract; answered 400 with its problem.
final class InvalidRequestException extends RuntimeException {

  private final transient Problem problem;

  InvalidRequestException(ProblemType type, String field, String detail) {
    super(detail, null, false, false);
    this.problem = Problem.at(type, field, detail);
  }

  Problem problem() {
    return problem;
  }
}
