package dev.hstu.retrieval.http;

import dev.hstu.index.filter.FilterRule;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of `POST /retrieve`, as sent: what is absent or null on the wire is null here, ids are
/// text whether sent as a number or a string.
@Serdeable
@Schema(description = "A user's history and what to return for it")
public record RetrieveRequest(
    @Schema(
            description =
                "Whose history it is. Where the service stores users' events, those not later than"
                    + " the request time are taken together with the events sent, and stored"
                    + " attributes with the userAttributes sent; equal ones count once. Not needed"
                    + " for an answer",
            implementation = Object.class,
            oneOf = {String.class, Long.class})
        @Nullable String userId,
    @Schema(
            description = "The user's events, oldest first; without any, the popular items answer",
            requiredMode = Schema.RequiredMode.NOT_REQUIRED)
        List<Event> events,
    @Schema(
            description =
                "When the next item is chosen, whole seconds, not before the last event. Left out:"
                    + " the server's clock or, for a model whose clock is a sequence, one step"
                    + " after the last event",
            example = "1700000600")
        @Nullable Long requestTime,
    @Schema(
            description = "How many candidates",
            defaultValue = "100",
            minimum = "1",
            maximum = "1000")
        @Nullable Integer k,
    @Schema(
            description = "Leave out the items of all events, sent and stored",
            defaultValue = "true")
        @Nullable Boolean excludeSeen,
    @Schema(
            description = "Further items to leave out; unknown ones do nothing",
            requiredMode = Schema.RequiredMode.NOT_REQUIRED)
        @ArraySchema(
            schema =
                @Schema(
                    implementation = Object.class,
                    oneOf = {String.class, Long.class}))
        List<String> excludeItemIds,
    @Schema(
            description = "What else an item must fulfil; left out, nothing",
            implementation = FilterSchema.class)
        @Nullable FilterRule filter,
    @Schema(
            description =
                "Leave out what was served to this user in so many days before now, by the server's"
                    + " clock; takes a userId",
            minimum = "1",
            maximum = "365",
            example = "7")
        @Nullable Integer excludeServedDays,
    @Schema(
            description =
                "What is known of the user: values of slow series, at most 256. Read by models that"
                    + " were trained with series; what such a model doesn't know, or what holds"
                    + " only after the request time, has no effect",
            requiredMode = Schema.RequiredMode.NOT_REQUIRED)
        List<UserAttribute> userAttributes) {

  /// Bound on what is said of a user: the values of some series and their changes, of which a model
  /// reads at most as many as its window holds.
  public static final int MAX_USER_ATTRIBUTES = 256;

  public RetrieveRequest {
    events = List.copyOf(events);
    excludeItemIds = List.copyOf(excludeItemIds);
    userAttributes = List.copyOf(userAttributes);
  }

  /// One value of a slow series.
  @Serdeable
  @Schema(name = "UserAttribute", description = "A value of a slow series of the user")
  public record UserAttribute(
      @Schema(description = "The series, e.g. language", example = "language") String name,
      @Schema(
              description = "Its value",
              implementation = Object.class,
              oneOf = {String.class, Long.class},
              example = "de")
          String value,
      @Schema(
              description = "Since when it holds, whole seconds; left out, always",
              example = "1690000000")
          @Nullable Long since) {}

  /// One thing the user did.
  @Serdeable
  @Schema(name = "Event", description = "One thing the user did")
  public record Event(
      @Schema(
              description = "The item's id; 64-bit integers are never rounded",
              implementation = Object.class,
              oneOf = {String.class, Long.class},
              example = "9007199254740993")
          String itemId,
      @Schema(description = "When, whole seconds", example = "1700000000") long timestamp,
      @Schema(
              description =
                  "What was done, e.g. a rating; read by models that were trained with actions")
          @Nullable Float action) {}
}
