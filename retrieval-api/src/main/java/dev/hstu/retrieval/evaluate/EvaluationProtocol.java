package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.UserHistory;

/// Which event of which user is to be found, and what may be known when it is looked for. Each user
/// has at most one case, so that cases are independent and two models can be compared user by user.
///
/// A target is in no history and in no popularity count; only its time may be known, where
/// [RequestTimeRule] says so.
public sealed interface EvaluationProtocol permits LeaveOneOut, TimeSplit, FilteredCases {

  /// Number of cases; each belongs to another user.
  int cases();

  /// Users of the log that have no case.
  int usersWithoutCase();

  /// The user of case `c`, a row of the log.
  int user(int c);

  /// The event to be found in case `c`, an index of the log.
  int targetEvent(int c);

  /// The item to be found, a row `1..V` of the log's items.
  int targetItem(int c);

  /// What the model is told in case `c`.
  UserHistory history(int c);

  /// Events of each item row that no target is among: what popularity may be counted from. Index 0
  /// is unused.
  ///
  /// @param items `V`
  long[] popularity(int items);

  /// How the request time comes about.
  RequestTimeRule requestTime();

  /// The protocol in words, for reports.
  String description();
}
