package dev.hstu.retrieval.http;

import dev.hstu.retrieval.http.RetrieveRequest.Event;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/// How the contract shows the body of `PUT /users/{id}/events`.
@Schema(
    name = "UserEvents",
    description = "Events to add, in any order",
    example =
        """
        {"events": [{"itemId": "9007199254740993", "timestamp": 1700000000}]}""")
record UserEventsSchema(List<Event> events) {}
