package dev.hstu.retrieval.http;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.SeriesEntries;
import dev.hstu.index.filter.FilterRule;
import dev.hstu.retrieval.config.RetrievalSettings;
import dev.hstu.retrieval.http.RetrieveRequest.Event;
import dev.hstu.retrieval.http.RetrieveRequest.UserAttribute;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.retrieve.UserAttributes;
import dev.hstu.retrieval.serving.ServerClock;
import dev.hstu.retrieval.users.StoredAttributes;
import dev.hstu.retrieval.users.StoredHistory;
import dev.hstu.retrieval.users.UserEvent;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a request means under a model's clock: fills in the defaults and what is stored of its
/// user, and refuses events out of order or later than the request time. Stored events later than
/// it are left out: for a replayed time they haven't happened yet.
@Singleton
final class RequestRules {

  private final RetrievalSettings settings;
  private final ServerClock serverClock;
  private final UserHistories users;

  RequestRules(RetrievalSettings settings, ServerClock clock, UserHistories users) {
    this.settings = settings;
    this.serverClock = clock;
    this.users = users;
  }

  /// @throws InvalidRequestException when the events are unsorted or one is in the future
  RetrievalQuery query(RetrieveRequest request, Clock clock) {
    return query(request, users.servedLately(request).keySet(), clock);
  }

  /// As [#query(RetrieveRequest, Clock)], for who knows what was served.
  ///
  /// @param served what the request leaves out because it was served to its user lately
  /// @throws InvalidRequestException when the events are unsorted or one is in the future
  RetrievalQuery query(RetrieveRequest request, Set<String> served, Clock clock) {
    List<Event> events = request.events();
    String[] itemIds = new String[events.size()];
    long[] times = new long[events.size()];
    float[] actions = new float[events.size()];
    for (int i = 0; i < itemIds.length; i++) {
      itemIds[i] = events.get(i).itemId();
      times[i] = events.get(i).timestamp();
      actions[i] = action(events.get(i).action());
      requireOrder(times, i);
    }
    History sent = new History(itemIds, times, actions);
    StoredHistory kept = users.history(request);
    List<UserEvent> stored = kept.events().events();
    long requestTime = requestTime(request, sent, stored, clock);
    requirePast(times, requestTime, request.requestTime() != null);
    History history = stored.isEmpty() ? sent : withStored(sent, events, stored, requestTime);
    return new RetrievalQuery(
        history.itemIds(),
        history.times(),
        history.actions(),
        requestTime,
        Objects.requireNonNullElse(request.k(), settings.defaultK()),
        Objects.requireNonNullElse(request.excludeSeen(), true),
        excluded(request, served),
        Objects.requireNonNullElse(request.filter(), FilterRule.EVERYTHING),
        request.userId(),
        attributes(withStored(request.userAttributes(), kept.attributes())));
  }

  /// Stored attributes and sent ones together, stored ones first; equal ones once. Those that hold
  /// only later have no effect on a model.
  private static List<UserAttribute> withStored(List<UserAttribute> sent, StoredAttributes stored) {
    if (stored.count() == 0) {
      return sent;
    }
    Set<UserAttribute> all = new LinkedHashSet<>(UserHistories.asSent(stored));
    all.addAll(sent);
    return List.copyOf(all);
  }

  private static UserAttributes attributes(List<UserAttribute> said) {
    return said.isEmpty()
        ? UserAttributes.NONE
        : new UserAttributes(
            said.stream().map(UserAttribute::name).toArray(String[]::new),
            said.stream().map(UserAttribute::value).toArray(String[]::new),
            said.stream()
                .mapToLong(one -> Objects.requireNonNullElse(one.since(), SeriesEntries.ALWAYS))
                .toArray());
  }

  /// Events as a query takes them.
  private record History(String[] itemIds, long[] times, float[] actions) {}

  private static float action(@Nullable Float said) {
    return said == null ? Float.NaN : said;
  }

  private static String[] excluded(RetrieveRequest request, Set<String> served) {
    return served.isEmpty()
        ? request.excludeItemIds().toArray(String[]::new)
        : Stream.concat(request.excludeItemIds().stream(), served.stream()).toArray(String[]::new);
  }

  /// Stored events up to the request time and sent ones together, in order of time and stored ones
  /// first; equal ones once.
  private static History withStored(
      History sent, List<Event> events, List<UserEvent> stored, long requestTime) {
    Set<UserEvent> known = new HashSet<>(stored);
    String[] itemIds = new String[stored.size() + events.size()];
    long[] times = new long[itemIds.length];
    float[] actions = new float[itemIds.length];
    int size = 0;
    int next = 0;
    for (int i = 0; i <= events.size(); i++) {
      long until = i < events.size() ? events.get(i).timestamp() : requestTime;
      while (next < stored.size() && stored.get(next).time() <= until) {
        itemIds[size] = stored.get(next).itemId();
        actions[size] = action(stored.get(next).action());
        times[size++] = stored.get(next++).time();
      }
      if (i < events.size() && !known.contains(userEvent(events.get(i)))) {
        itemIds[size] = sent.itemIds()[i];
        actions[size] = sent.actions()[i];
        times[size++] = sent.times()[i];
      }
    }
    return new History(
        Arrays.copyOf(itemIds, size), Arrays.copyOf(times, size), Arrays.copyOf(actions, size));
  }

  private static UserEvent userEvent(Event event) {
    return new UserEvent(event.itemId(), event.timestamp(), event.action());
  }

  private long requestTime(
      RetrieveRequest request, History sent, List<UserEvent> stored, Clock clock) {
    if (request.requestTime() != null) {
      return request.requestTime();
    }
    return switch (clock) {
      case Clock.Wall() -> serverClock.seconds();
      case Clock.Sequence(int step) -> lastTime(sent, stored) + step;
    };
  }

  private static long lastTime(History sent, List<UserEvent> stored) {
    long[] times = sent.times();
    return Math.max(
        times.length == 0 ? 0 : times[times.length - 1],
        stored.isEmpty() ? 0 : stored.getLast().time());
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
