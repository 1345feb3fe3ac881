package dev.hstu.retrieval.users;

import java.util.Map;

/// One request on its way, as the user it names will remember it. Taken when the request begins, so
/// that what is forgotten meanwhile isn't remembered again by its end.
public interface Serving {

  /// Remembers that a list was served. Takes no lock and reads nothing of the list; it counts for
  /// the next request, and is on the disk within a second.
  ///
  /// @param time whole seconds
  void served(ServedList list, long time);

  /// The items served to the user at `time` or later, and when each was last; a map of the caller's
  /// own.
  Map<String, Long> servedSince(long time);
}
