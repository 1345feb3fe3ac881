package dev.hstu.retrieval.http;

import dev.hstu.retrieval.config.UserSettings;
import dev.hstu.retrieval.http.RetrieveRequest.UserAttribute;
import dev.hstu.retrieval.serving.ServerClock;
import dev.hstu.retrieval.serving.StoredUsers;
import dev.hstu.retrieval.users.ServedList;
import dev.hstu.retrieval.users.Serving;
import dev.hstu.retrieval.users.StoredAttributes;
import dev.hstu.retrieval.users.StoredHistory;
import dev.hstu.retrieval.users.UserStore;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What is stored of the user that a request names, as the request needs it; nothing where no store
/// is configured.
@Singleton
final class UserHistories {

  private final @Nullable UserStore store;
  private final UserSettings settings;
  private final ServerClock clock;

  @Inject
  UserHistories(StoredUsers users, UserSettings settings, ServerClock clock) {
    this(users.store().orElse(null), settings, clock);
  }

  private UserHistories(@Nullable UserStore store, UserSettings settings, ServerClock clock) {
    this.store = store;
    this.settings = settings;
    this.clock = clock;
  }

  /// Of a process without a store.
  static UserHistories none(UserSettings settings, ServerClock clock) {
    return new UserHistories((UserStore) null, settings, clock);
  }

  /// The store.
  ///
  /// @throws InvalidRequestException where none is configured
  UserStore required() {
    if (store == null) {
      throw new InvalidRequestException(
          ProblemType.USERS_DISABLED,
          "",
          "this service stores nothing of users; set users.folder on the one process that is to");
    }
    return store;
  }

  /// Whether the answer to a request may depend on what is stored of its user.
  boolean areAskedFor(RetrieveRequest request) {
    return store != null && request.userId() != null;
  }

  /// What is stored of a request's user; nothing of one who isn't known or named.
  StoredHistory history(RetrieveRequest request) {
    return store == null || request.userId() == null
        ? StoredHistory.NONE
        : store.history(request.userId());
  }

  /// Stored attributes as a request says them, in order.
  static List<UserAttribute> asSent(StoredAttributes stored) {
    return stored.entries().stream()
        .map(entry -> new UserAttribute(entry.name(), entry.value(), entry.since()))
        .toList();
  }

  /// The request as its user will remember it, to be taken before it is answered; null where
  /// nothing is remembered.
  @Nullable Serving serving(RetrieveRequest request) {
    return store == null || request.userId() == null ? null : store.serving(request.userId());
  }

  /// Remembers that a list was served now.
  void served(@Nullable Serving serving, ServedList list) {
    if (serving != null) {
      serving.served(list, clock.seconds());
    }
  }

  /// The items that a request leaves out because they were served to its user lately, by the
  /// server's clock, and when each was last.
  ///
  /// @throws InvalidRequestException where that can't be known
  Map<String, Long> servedLately(RetrieveRequest request) {
    @Nullable Integer days = request.excludeServedDays();
    if (days == null) {
      return Map.of();
    }
    UserStore users = required();
    if (request.userId() == null) {
      throw new InvalidRequestException(
          ProblemType.MISSING_FIELD,
          "/userId",
          "there is no userId and excludeServedDays is about what one user was served; send both");
    }
    if (settings.servedDays() == 0) {
      throw new InvalidRequestException(
          ProblemType.USERS_DISABLED,
          "/excludeServedDays",
          "this service remembers nothing of what it serves; set users.served-days");
    }
    if (days > settings.servedDays()) {
      throw new InvalidRequestException(
          ProblemType.OUT_OF_RANGE,
          "/excludeServedDays",
          "excludeServedDays=%d must be within 1..%d; ask for fewer or raise users.served-days"
              .formatted(days, settings.servedDays()));
    }
    @Nullable Serving serving = users.serving(request.userId());
    return serving == null
        ? Map.of()
        : serving.servedSince(clock.seconds() - TimeUnit.DAYS.toSeconds(days) + 1);
  }
}
