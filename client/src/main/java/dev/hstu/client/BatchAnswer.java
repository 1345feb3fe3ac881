package dev.hstu.client;

/// What became of one request of a batch.
public sealed interface BatchAnswer {

  /// The request it belongs to.
  RetrieveRequest request();

  /// It was answered.
  record Answered(RetrieveRequest request, RetrieveAnswer answer) implements BatchAnswer {}

  /// It was refused, and the others weren't for it.
  record Refused(RetrieveRequest request, Problem problem) implements BatchAnswer {}
}
