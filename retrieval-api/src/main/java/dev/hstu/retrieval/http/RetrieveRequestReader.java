package dev.hstu.retrieval.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.hstu.index.filter.FilterRule;
import dev.hstu.retrieval.config.RetrievalSettings;
import dev.hstu.retrieval.config.UserSettings;
import dev.hstu.retrieval.http.RetrieveRequest.Event;
import dev.hstu.retrieval.http.RetrieveRequest.UserAttribute;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads [RetrieveRequest] from a body. Lists are refused as they grow past their bound. Unknown
/// fields are refused too, since a misspelt `requestTime` would otherwise give plausible
/// nonsense. A null optional field is an absent one.
@Singleton
final class RetrieveRequestReader {

  private static final List<String> FIELDS =
      List.of(
          "userId",
          "events",
          "requestTime",
          "k",
          "excludeSeen",
          "excludeItemIds",
          "filter",
          "excludeServedDays",
          "userAttributes");
  private static final List<String> LINE_FIELDS =
      Stream.concat(Stream.of("id"), FIELDS.stream()).toList();
  private static final List<String> EXPLAIN_FIELDS =
      Stream.concat(Stream.of("itemId"), FIELDS.stream()).toList();
  private static final List<String> HISTORY_FIELDS =
      List.of("userId", "events", "requestTime", "userAttributes");
  private static final List<String> STORED_FIELDS = List.of("events", "userAttributes");
  private static final List<String> EVENT_FIELDS = List.of("itemId", "timestamp", "action");

  private static final String EVENT_NEEDS = "itemId and timestamp";
  private static final String FEWER_ATTRIBUTES =
      "send those of the model's series, the newest changes of each";
  private static final List<String> ATTRIBUTE_FIELDS = List.of("name", "value", "since");

  private final RetrievalSettings limits;

  RetrieveRequestReader(RetrievalSettings limits) {
    this.limits = limits;
  }

  /// @throws InvalidRequestException when the body is not JSON or not a retrieve request
  RetrieveRequest read(byte[] body) {
    return read(body, FIELDS, _ -> {});
  }

  /// Reads a line of a batch: a retrieve request that may have an `id`.
  ///
  /// @param id is given the line's as soon as it is read, so that a refusal further on can name it
  /// @throws InvalidRequestException as [#read]
  RetrieveRequest readLine(byte[] line, Consumer<String> id) {
    return read(line, LINE_FIELDS, id);
  }

  /// Reads the body of `PUT /users/{id}/events`: a retrieve request of events and attributes alone.
  ///
  /// @throws InvalidRequestException as [#read]
  RetrieveRequest readStored(byte[] body) {
    return read(body, STORED_FIELDS, _ -> {});
  }

  /// Reads a question why: a retrieve request that names an item.
  ///
  /// @throws InvalidRequestException as [#read]
  ExplainRequest readExplain(byte[] body) {
    AtomicReference<@Nullable String> itemId = new AtomicReference<>();
    RetrieveRequest request = read(body, EXPLAIN_FIELDS, itemId::set);
    return new ExplainRequest(request, itemId.get());
  }

  /// A question why.
  ///
  /// @param itemId null where none is named
  record ExplainRequest(RetrieveRequest request, @Nullable String itemId) {}

  /// Reads the current value of a larger body as a history: a retrieve request that asks for
  /// nothing.
  RetrieveRequest readHistory(RequestJson json) throws IOException {
    return readRequest(json, HISTORY_FIELDS, _ -> {});
  }

  private RetrieveRequest read(byte[] body, List<String> known, Consumer<String> id) {
    try (RequestJson json = new RequestJson(body)) {
      json.begin();
      RetrieveRequest request = readRequest(json, known, id);
      json.end();
      return request;
    } catch (JsonProcessingException e) {
      throw RequestJson.malformed(e);
    } catch (IOException e) {
      throw new UncheckedIOException("a body in memory could not be read", e);
    }
  }

  private RetrieveRequest readRequest(RequestJson json, List<String> known, Consumer<String> id)
      throws IOException {
    json.requireObject();
    Fields fields = new Fields();
    while (json.nextField()) {
      if (!known.contains(json.fieldName())) {
        throw json.unknownField(known);
      }
      if (json.isNull()) {
        continue;
      }
      if (json.fieldName().equals("id") || json.fieldName().equals("itemId")) {
        id.accept(json.id(limits.maxIdLength()));
      } else {
        readField(json, fields);
      }
    }
    return fields.request();
  }

  private void readField(RequestJson json, Fields fields) throws IOException {
    switch (json.fieldName()) {
      case "userId" -> fields.userId = json.id(limits.maxIdLength());
      case "events" ->
          fields.events =
              readList(json, limits.maxEvents(), "send the newest ones", this::readEvent);
      case "requestTime" -> fields.requestTime = json.seconds();
      case "k" -> fields.k = readK(json);
      case "excludeSeen" -> fields.excludeSeen = json.trueOrFalse();
      case "filter" -> fields.filter = new FilterRuleReader(json, limits).read();
      case "excludeServedDays" ->
          fields.excludeServedDays =
              json.integer(1, UserSettings.MAX_SERVED_DAYS, "send another or leave it out");
      case "userAttributes" ->
          fields.userAttributes =
              readList(
                  json, RetrieveRequest.MAX_USER_ATTRIBUTES, FEWER_ATTRIBUTES, this::readAttribute);
      case "excludeItemIds" ->
          fields.excludeItemIds =
              readList(
                  json,
                  limits.maxExcludedItems(),
                  "send fewer",
                  entry -> entry.id(limits.maxIdLength()));
      default -> throw json.unknownField(FIELDS);
    }
  }

  private int readK(RequestJson json) throws IOException {
    return json.integer(
        1, limits.maxK(), "send another k or leave it out for " + limits.defaultK());
  }

  /// Reads one entry of a list.
  @FunctionalInterface
  private interface Entry<T> {
    T read(RequestJson json) throws IOException;
  }

  /// @param mend for who sends more than so many
  private static <T> List<T> readList(RequestJson json, int most, String mend, Entry<T> entry)
      throws IOException {
    json.requireList();
    String name = json.fieldName();
    String pointer = json.pointer();
    List<T> entries = new ArrayList<>();
    while (json.nextEntry()) {
      if (entries.size() == most) {
        throw new InvalidRequestException(
            ProblemType.TOO_MANY_ENTRIES,
            pointer,
            "%s has more than %d entries; %s".formatted(name, most, mend));
      }
      entries.add(entry.read(json));
    }
    return entries;
  }

  private Event readEvent(RequestJson json) throws IOException {
    json.requireObject();
    String itemId = null;
    Long timestamp = null;
    Float action = null;
    while (json.nextField()) {
      switch (json.fieldName()) {
        case "itemId" -> itemId = json.id(limits.maxIdLength());
        case "timestamp" -> timestamp = json.seconds();
        case "action" -> action = json.isNull() ? null : json.float32();
        default -> throw json.unknownField(EVENT_FIELDS);
      }
    }
    return new Event(
        requirePresent(json, itemId, "itemId", "event", EVENT_NEEDS),
        requirePresent(json, timestamp, "timestamp", "event", EVENT_NEEDS),
        action);
  }

  private UserAttribute readAttribute(RequestJson json) throws IOException {
    json.requireObject();
    String name = null;
    String value = null;
    Long since = null;
    while (json.nextField()) {
      switch (json.fieldName()) {
        case "name" -> name = json.id(limits.maxIdLength());
        case "value" -> value = json.id(limits.maxIdLength());
        case "since" -> since = json.isNull() ? null : json.seconds();
        default -> throw json.unknownField(ATTRIBUTE_FIELDS);
      }
    }
    return new UserAttribute(
        requirePresent(json, name, "name", "attribute", "name and value"),
        requirePresent(json, value, "value", "attribute", "name and value"),
        since);
  }

  /// Called at the event's end, where the pointer is that of the event.
  private static <T> T requirePresent(
      RequestJson json, @Nullable T value, String name, String what, String needs) {
    if (value == null) {
      throw new InvalidRequestException(
          ProblemType.MISSING_FIELD,
          json.pointer() + "/" + name,
          "the %s has no %s; each %1$s needs %s".formatted(what, name, needs));
    }
    return value;
  }

  /// The fields read so far.
  private static final class Fields {
    private @Nullable String userId;
    private List<Event> events = List.of();
    private @Nullable Long requestTime;
    private @Nullable Integer k;
    private @Nullable Boolean excludeSeen;
    private List<String> excludeItemIds = List.of();
    private @Nullable FilterRule filter;
    private @Nullable Integer excludeServedDays;
    private List<UserAttribute> userAttributes = List.of();

    RetrieveRequest request() {
      return new RetrieveRequest(
          userId,
          events,
          requestTime,
          k,
          excludeSeen,
          excludeItemIds,
          filter,
          excludeServedDays,
          userAttributes);
    }
  }
}
