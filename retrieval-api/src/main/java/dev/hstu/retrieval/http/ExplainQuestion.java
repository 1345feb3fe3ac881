package dev.hstu.retrieval.http;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.retrieval.config.RetrievalSettings;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.serving.ServerClock;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// A question why, read from the body of `POST /explain` or `POST /retrieve` by the rules of the
/// service, for who answers it without one. What a service stores of users isn't known here.
///
/// @param itemId null where the body names none
public record ExplainQuestion(RetrievalQuery query, @Nullable String itemId) {

  /// Reads a body.
  ///
  /// @param configuration whose limits hold
  /// @param clock of the model
  /// @throws IllegalArgumentException saying what is wrong with the body and where
  public static ExplainQuestion read(
      byte[] body, ServiceConfiguration configuration, Clock clock, InstantSource now) {
    RetrievalSettings limits = configuration.retrieval();
    ServerClock server = new ServerClock(now);
    try {
      RetrieveRequestReader.ExplainRequest asked =
          new RetrieveRequestReader(limits).readExplain(body);
      RequestRules rules =
          new RequestRules(limits, server, UserHistories.none(configuration.users(), server));
      return new ExplainQuestion(rules.query(asked.request(), clock), asked.itemId());
    } catch (InvalidRequestException e) {
      if (e.problem().type().equals(ProblemType.USERS_DISABLED.uri())) {
        throw new IllegalArgumentException(
            "excludeServedDays: what was served only a service knows; ask the one that served it with"
                + " --url",
            e);
      }
      @Nullable String field = e.problem().field();
      throw new IllegalArgumentException(
          field == null || field.isEmpty() ? e.getMessage() : field + ": " + e.getMessage(), e);
    }
  }
}
