package dev.hstu.retrieval.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.retrieval.retrieve.Candidate;
import dev.hstu.retrieval.serving.LiveGeneration;
import java.net.URI;
import java.time.Instant;
import java.util.List;

/// A request that can be pasted into a shell: a few popular items of the generation that serves,
/// with times its clock understands.
public final class ExampleRequest {

  private static final int EVENTS = 3;
  private static final int K = 10;
  private static final int SECONDS_BETWEEN = 600;

  private ExampleRequest() {}

  /// `curl` and all its arguments, on one line.
  ///
  /// @param address the service's
  public static String curl(URI address, LiveGeneration live, Instant now) {
    return "curl -s %s/retrieve -H 'Content-Type: application/json' -d %s"
        .formatted(address, quoted(json(live, now)));
  }

  private static String json(LiveGeneration live, Instant now) {
    List<Candidate> items = live.retriever().popular(EVENTS);
    ObjectNode request = new ObjectMapper().createObjectNode();
    ArrayNode events = request.putArray("events");
    for (int i = 0; i < items.size(); i++) {
      events
          .addObject()
          .put("itemId", items.get(i).itemId())
          .put("timestamp", time(live.model().clock(), i, items.size(), now));
    }
    return request.put("k", K).toString();
  }

  private static long time(Clock clock, int event, int events, Instant now) {
    return switch (clock) {
      case Clock.Wall() -> now.getEpochSecond() - (long) SECONDS_BETWEEN * (events - event);
      case Clock.Sequence(int step) -> (long) step * (event + 1);
    };
  }

  /// As one word of a POSIX shell.
  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
