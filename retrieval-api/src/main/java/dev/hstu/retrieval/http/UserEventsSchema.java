package dev.hstu.retrieval.http;

import dev.hstu.retrieval.http.RetrieveRequest.Event;
import dev.hstu.retrieval.http.RetrieveRequest.UserAttribute;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the contract shows the body of `PUT /users/{id}/events`.
@Schema(
    name = "UserEvents",
    description = "Events and attributes to add, in any order; at least one of either",
    example =
        """
        {"events": [{"itemId": "9007199254740993", "timestamp": 1700000000}], \
        "userAttributes": [{"name": "language", "value": "de", "since": 1690000000}]}""")
record UserEventsSchema(
    @Nullable List<Event> events,
    @Schema(
            description =
                "Values of slow series, at most 256 at once, as of POST /retrieve. Of a run in which"
                    + " a series holds one value the first is kept; beyond users.max-attributes the"
                    + " oldest are dropped, but the newest of each series")
        @Nullable List<UserAttribute> userAttributes) {}
