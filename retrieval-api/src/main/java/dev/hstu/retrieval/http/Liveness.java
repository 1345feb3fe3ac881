package dev.hstu.retrieval.http;

import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;

/// The body of `GET /health/live`: the process answers.
@Serdeable
@Schema(description = "The process answers")
public record Liveness(@Schema(example = "live") String status) {}
