package dev.hstu.retrieval.http;

import dev.hstu.retrieval.http.RetrieveRequest.Event;
import dev.hstu.retrieval.http.RetrieveRequest.UserAttribute;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the contract shows one line of `POST /retrieve/batch`; it is read by
/// [RetrieveRequestReader#readLine].
@Schema(
    name = "BatchRequest",
    description = "One line: the body of POST /retrieve, with an id where one is wanted back",
    example =
        """
        {"id": "user-1", "events": [{"itemId": "9007199254740993", "timestamp": 1700000000}], "requestTime": 1700000600, "k": 3}\
        """)
record BatchRequestSchema(
    @Schema(
            description = "Given back with the line's answer",
            implementation = Object.class,
            oneOf = {String.class, Long.class})
        @Nullable String id,
    @Schema(
            description = "As of POST /retrieve",
            implementation = Object.class,
            oneOf = {String.class, Long.class})
        @Nullable String userId,
    @Schema(description = "As of POST /retrieve") @Nullable List<Event> events,
    @Schema(description = "As of POST /retrieve") @Nullable Long requestTime,
    @Schema(description = "As of POST /retrieve") @Nullable Integer k,
    @Schema(description = "As of POST /retrieve") @Nullable Boolean excludeSeen,
    @Schema(description = "As of POST /retrieve") @Nullable List<Object> excludeItemIds,
    @Schema(description = "As of POST /retrieve") @Nullable FilterSchema filter,
    @Schema(description = "As of POST /retrieve") @Nullable Integer excludeServedDays,
    @Schema(description = "As of POST /retrieve") @Nullable List<UserAttribute> userAttributes) {}
