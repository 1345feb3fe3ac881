package dev.hstu.retrieval.evaluate;

import dev.hstu.encoder.sequence.UserHistory;
import java.util.List;

/// One way of dividing the cases, so that a mean can't hide whom a model fails. Any thread may ask.
interface Slicing {

  /// What divides them, e.g. `history length`.
  String name();

  /// The parts in their order, e.g. `10-19 events`.
  List<String> labels();

  /// The part that case `c` of the protocol belongs to, an index of [#labels].
  ///
  /// @param history of the case, in rows of the log
  int part(int c, UserHistory history);
}
