package dev.hstu.retrieval.evaluate.leaks;

import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.evaluate.RowMapping;

/// What a model was trained on: of each user of some prepared data all events but the newest
/// `holdOut`.
public final class TrainedEvents {

  private final InteractionLog log;
  private final IdTable users;
  private final RowMapping items;
  private final int holdOut;

  /// @param trained the data of the training
  /// @param evaluated the data of the evaluation, whose item rows are spoken of here
  /// @param holdOut newest events of each user that the training didn't see
  public TrainedEvents(PreparedData trained, PreparedData evaluated, int holdOut) {
    this(
        trained.log(),
        trained.users(),
        RowMapping.between(trained.items(), evaluated.items()),
        holdOut);
  }

  TrainedEvents(InteractionLog log, IdTable users, RowMapping items, int holdOut) {
    this.log = log;
    this.users = users;
    this.items = items;
    this.holdOut = holdOut;
  }

  int users() {
    return log.users();
  }

  /// The user's row here, or negative where the training didn't know the user.
  int userRow(String id) {
    return users.rowOf(id);
  }

  int start(int user) {
    return log.start(user);
  }

  /// Behind the last event of the user that was trained on.
  int end(int user) {
    return log.start(user) + Math.max(0, log.length(user) - holdOut);
  }

  /// Item of an event, a row of the evaluation's data; 0 where that lacks it.
  int item(int event) {
    return items.map(log.items()[event]);
  }

  long time(int event) {
    return log.times()[event];
  }
}
