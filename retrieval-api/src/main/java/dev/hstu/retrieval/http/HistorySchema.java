package dev.hstu.retrieval.http;

import dev.hstu.retrieval.http.RetrieveRequest.Event;
import dev.hstu.retrieval.http.RetrieveRequest.UserAttribute;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the contract shows one history of `POST /embed`; it is read as a [RetrieveRequest] that asks
/// for nothing.
@Schema(
    name = "History",
    description = "A user's history; several are sent as a list of these",
    example =
        """
        {"events": [{"itemId": "9007199254740993", "timestamp": 1700000000}], "requestTime": 1700000600}\
        """)
record HistorySchema(
    @Schema(
            description = "Whose history it is: what is stored is taken in as by POST /retrieve",
            implementation = Object.class,
            oneOf = {String.class, Long.class})
        @Nullable String userId,
    @Schema(description = "The user's events, oldest first") @Nullable List<Event> events,
    @Schema(
            description =
                "When the next item is chosen, whole seconds, not before the last event. Left out:"
                    + " as of POST /retrieve",
            example = "1700000600")
        @Nullable Long requestTime,
    @Schema(description = "As of POST /retrieve") @Nullable List<UserAttribute> userAttributes) {}
