package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hstu.retrieval.serving.LiveGeneration;
import dev.hstu.retrieval.serving.Published;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The body of `GET /health/ready` when the service is ready.
///
/// @param model fingerprint of the model
/// @param clock what the model's times mean
/// @param refused the generation that is published but could not be taken up, else absent
@Serdeable
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "What serves, and what was published and could not be taken up")
public record HealthReport(
    @Schema(example = "ready") String status,
    String generation,
    String model,
    String engine,
    @Schema(example = "wall") String clock,
    long items,
    int dimension,
    Instant openedAt,
    @Nullable RefusedGeneration refused) {

  /// A published generation that could not be taken up; the one before goes on serving.
  @Serdeable
  @Schema(name = "RefusedGeneration")
  public record RefusedGeneration(String generation, String reason, Instant at) {}

  static HealthReport of(LiveGeneration live, Published published) {
    return new HealthReport(
        "ready",
        live.manifest().id(),
        live.manifest().modelFingerprint(),
        live.engine(),
        live.model().clock().spec(),
        live.manifest().items(),
        live.manifest().dimension(),
        live.openedAt(),
        refused(published));
  }

  private static @Nullable RefusedGeneration refused(Published published) {
    return published instanceof Published.Refused(String id, String reason, Instant at)
        ? new RefusedGeneration(id, reason, at)
        : null;
  }
}
