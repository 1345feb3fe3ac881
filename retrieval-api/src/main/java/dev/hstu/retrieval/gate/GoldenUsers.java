package dev.hstu.retrieval.gate;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.evaluate.LeaveOneOut;
import java.io.IOException;
import java.nio.file.Path;

/// Users that a generation is judged by: of each the events that a request would send and, as the
/// last one, the event to be found. Item ids are external, so any generation can be asked; user ids
/// are not kept.
///
/// They are the protocol of [LeaveOneOut]: a training with `--hold-out 1` has not seen the truths.
///
/// @param log their events; the truth is each user's last
/// @param items external ids of the log's items; row `r` is item row `r + 1`
/// @param clock of the times, as [Clock#spec]
/// @param dataFingerprint of the prepared data they were drawn from
/// @param newestEvent time of the newest event of that data, a few garbled ones aside
public record GoldenUsers(
    InteractionLog log, IdTable items, String clock, String dataFingerprint, long newestEvent) {

  /// The name of their file beside a generation's manifest.
  public static final String FILE = "golden-users.safetensors";

  /// How many are drawn: a hit rate of .5 is then known within .016, and the gate takes seconds.
  public static final int DEFAULT_USERS = 1_000;

  /// The seed of builds: the same data gives the same users.
  public static final long DEFAULT_SEED = 20_240_227;

  /// Most that may be drawn.
  public static final int MAX_USERS = 10_000;

  /// Newest events kept of each: more than any model's window, and the file stays at a few MB.
  static final int MAX_EVENTS = 2_000;

  public GoldenUsers {
    Clock.parse(clock);
    if (log.users() > MAX_USERS) {
      throw new IllegalArgumentException(
          "%d golden users are more than %d; draw fewer".formatted(log.users(), MAX_USERS));
    }
    for (int item : log.items()) {
      if (item < 1 || item > items.size()) {
        throw new IllegalArgumentException(
            "item row %d of a golden user must be within 1..%d".formatted(item, items.size()));
      }
    }
  }

  /// Draws users of the last day, or, where that has too few, those with the newest truths. On a
  /// sequence clock, which knows no day, of all.
  ///
  /// @param users at most, 1..[#MAX_USERS]
  /// @param seed the same seed draws the same users
  public static GoldenUsers sample(PreparedData data, int users, long seed) {
    if (users < 1 || users > MAX_USERS) {
      throw new IllegalArgumentException(
          "golden users=%d must be within 1..%d; set --golden-users".formatted(users, MAX_USERS));
    }
    return new GoldenSample(data, users, seed).draw();
  }

  /// Replaces `target` wholly or not at all.
  public void write(Path target) throws IOException {
    GoldenUsersFile.write(target, this);
  }

  /// Reads what [#write] wrote.
  ///
  /// @throws IOException naming the file and what is wrong in it
  public static GoldenUsers read(Path source) throws IOException {
    return GoldenUsersFile.read(source);
  }

  /// How many there are.
  public int size() {
    return log.users();
  }

  /// Histories, request times and truths.
  LeaveOneOut protocol() {
    return new LeaveOneOut(log, LeaveOneOut.Target.TEST);
  }
}
