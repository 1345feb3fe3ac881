package dev.hstu.retrieval.retrieve;

import java.util.List;

/// Writes candidates in the form they are sent in, so that a list that is kept is written once.
@FunctionalInterface
public interface CandidateFormat {

  /// The list's form; not changed any more.
  byte[] write(List<Candidate> candidates);
}
