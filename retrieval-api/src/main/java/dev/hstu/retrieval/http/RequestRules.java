package dev.hstu.retrieval.http;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.index.filter.FilterRule;
import dev.hstu.retrieval.config.RetrievalSettings;
import dev.hstu.retrieval.http.RetrieveRequest.Event;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.serving.ServerClock;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Objects;

/// What a request means under a model's clock: fills in the defaults and refuses events out of
/// order or later than the request time.
@Singleton
final class RequestRules {

  private final RetrievalSettings settings;
  private final ServerClock serverClock;

  RequestRules(RetrievalSettings settings, ServerClock clock) {
    this.settings = settings;
    this.serverClock = clock;
  }

  /// @throws InvalidRequestException when the events are unsorted or one is in the future
  RetrievalQuery query(RetrieveRequest request, Clock clock) {
    List<Event> events = request.events();
    String[] itemIds = new String[events.size()];
    long[] times = new long[events.size()];
    for (int i = 0; i < itemIds.length; i++) {
      itemIds[i] = events.get(i).itemId();
      times[i] = events.get(i).timestamp();
      requireOrder(times, i);
    }
    long requestTime = requestTime(request, times, clock);
    requirePast(times, requestTime, request.requestTime() != null);
    return new RetrievalQuery(
        itemIds,
        times,
        requestTime,
        Objects.requireNonNullElse(request.k(), settings.defaultK()),
        Objects.requireNonNullElse(request.excludeSeen(), true),
        request.excludeItemIds().toArray(String[]::new),
        Objects.requireNonNullElse(request.filter(), FilterRule.EVERYTHING));
  }

  private long requestTime(RetrieveRequest request, long[] times, Clock clock) {
    if (request.requestTime() != null) {
      return request.requestTime();
    }
    return switch (clock) {
      case Clock.Wall() -> serverClock.seconds();
      case Clock.Sequence(int step) -> times.length == 0 ? step : times[times.length - 1] + step;
    };
  }

  private static void requireOrder(long[] times, int i) {
    if (i > 0 && times[i] < times[i - 1]) {
      throw new InvalidRequestException(
          ProblemType.UNSORTED_EVENTS,
          "/events/%d/timestamp".formatted(i),
          "timestamp=%d is before the %d of the event before it; send events oldest first"
              .formatted(times[i], times[i - 1]));
    }
  }

  /// The events are in order, so the first offender is the first one past the request time.
  private static void requirePast(long[] times, long requestTime, boolean sent) {
    if (times.length == 0 || times[times.length - 1] <= requestTime) {
      return;
    }
    int first = 0;
    while (times[first] <= requestTime) {
      first++;
    }
    throw new InvalidRequestException(
        ProblemType.FUTURE_EVENT,
        "/events/%d/timestamp".formatted(first),
        "timestamp=%d is later than %s=%d; leave later events out%s"
            .formatted(
                times[first],
                sent ? "requestTime" : "the server's clock",
                requestTime,
                sent ? " or send a later requestTime" : " or send a requestTime"));
  }
}
