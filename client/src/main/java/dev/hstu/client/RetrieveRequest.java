package dev.hstu.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A user's history and what to return for it; what is null is the service's default.
///
/// @param userId whose history it is
/// @param events oldest first; null where the stored ones of the user are meant
/// @param requestTime when the next item is chosen, whole seconds; null is the server's clock
/// @param k how many candidates; null is 100
/// @param excludeSeen whether to leave out the items of all events; null is true
/// @param excludeItemIds further items to leave out
/// @param filter what else an item must fulfil
/// @param excludeServedDays leaves out what was served to the user in so many days
/// @param userAttributes values of slow series, at most 256; read by models trained with series
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RetrieveRequest(
    @Nullable String userId,
    @Nullable List<Event> events,
    @Nullable Long requestTime,
    @Nullable Integer k,
    @Nullable Boolean excludeSeen,
    @Nullable List<String> excludeItemIds,
    @Nullable Filter filter,
    @Nullable Integer excludeServedDays,
    @Nullable List<UserAttribute> userAttributes) {

  public RetrieveRequest {
    events = events == null ? null : List.copyOf(events);
    excludeItemIds = excludeItemIds == null ? null : List.copyOf(excludeItemIds);
    userAttributes = userAttributes == null ? null : List.copyOf(userAttributes);
  }

  /// Of a history that is sent along.
  public static RetrieveRequest of(List<Event> events) {
    return new RetrieveRequest(null, events, null, null, null, null, null, null, null);
  }

  /// Of a user whose events the service has stored.
  public static RetrieveRequest ofUser(String userId) {
    return new RetrieveRequest(userId, null, null, null, null, null, null, null, null);
  }

  public RetrieveRequest k(int count) {
    return new RetrieveRequest(
        userId,
        events,
        requestTime,
        count,
        excludeSeen,
        excludeItemIds,
        filter,
        excludeServedDays,
        userAttributes);
  }

  /// @param seconds whole seconds since 1970
  public RetrieveRequest at(long seconds) {
    return new RetrieveRequest(
        userId,
        events,
        seconds,
        k,
        excludeSeen,
        excludeItemIds,
        filter,
        excludeServedDays,
        userAttributes);
  }

  public RetrieveRequest includingSeen() {
    return new RetrieveRequest(
        userId,
        events,
        requestTime,
        k,
        false,
        excludeItemIds,
        filter,
        excludeServedDays,
        userAttributes);
  }

  public RetrieveRequest excluding(Collection<String> itemIds) {
    return new RetrieveRequest(
        userId,
        events,
        requestTime,
        k,
        excludeSeen,
        List.copyOf(itemIds),
        filter,
        excludeServedDays,
        userAttributes);
  }

  public RetrieveRequest filter(Filter rule) {
    return new RetrieveRequest(
        userId,
        events,
        requestTime,
        k,
        excludeSeen,
        excludeItemIds,
        rule,
        excludeServedDays,
        userAttributes);
  }

  /// Leaves out what was served to the user in so many days.
  public RetrieveRequest excludingServed(int days) {
    return new RetrieveRequest(
        userId, events, requestTime, k, excludeSeen, excludeItemIds, filter, days, userAttributes);
  }

  /// What is known of the user beside the events.
  public RetrieveRequest userAttributes(Collection<UserAttribute> known) {
    return new RetrieveRequest(
        userId,
        events,
        requestTime,
        k,
        excludeSeen,
        excludeItemIds,
        filter,
        excludeServedDays,
        List.copyOf(known));
  }
}
