package dev.hstu.retrieval.http;

import dev.hstu.encoder.EngineStatus;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;

/// One entry of `GET /health/engines`.
///
/// @param description when available, what it is; otherwise the reason and the mend
@Serdeable
@Schema(description = "Whether an engine can run on this machine")
public record EngineReport(
    @Schema(example = "cuda") String engine,
    boolean available,
    @Schema(example = "no CUDA driver") String description) {

  static EngineReport of(EngineStatus status) {
    return new EngineReport(status.engine().id(), status.available(), status.description());
  }
}
