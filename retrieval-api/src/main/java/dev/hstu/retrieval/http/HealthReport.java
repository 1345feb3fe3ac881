package dev.hstu.retrieval.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hstu.retrieval.serving.LiveGeneration;
import dev.hstu.retrieval.serving.Published;
import dev.hstu.retrieval.tier.EndpointReport;
import io.micronaut.serde.annotation.Serdeable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of `GET /health/ready` when the service is ready.
///
/// @param model fingerprint of the model
/// @param clock what the model's times mean
/// @param encoders endpoints that encode for this service; absent where it encodes itself
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
    @Nullable List<EncoderReport> encoders,
    @Nullable RefusedGeneration refused) {

  /// A published generation that could not be taken up; the one before goes on serving.
  @Serdeable
  @Schema(name = "RefusedGeneration")
  public record RefusedGeneration(String generation, String reason, Instant at) {}

  /// An encoder endpoint.
  ///
  /// @param circuit whether requests are sent to it
  /// @param models fingerprints of those it has
  /// @param reason why it is not well
  @Serdeable
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "EncoderReport", description = "An endpoint of encoder.endpoints")
  public record EncoderReport(
      @Schema(example = "http://127.0.0.1:8090") String address,
      @Schema(description = "closed, half_open or open", example = "closed") String circuit,
      List<String> models,
      @Nullable String reason) {

    static EncoderReport of(EndpointReport report) {
      return new EncoderReport(
          report.address(), report.circuit(), report.models(), report.reason());
    }
  }

  static HealthReport of(LiveGeneration live, Published published, List<EndpointReport> endpoints) {
    return new HealthReport(
        "ready",
        live.manifest().id(),
        live.manifest().modelFingerprint(),
        live.engine(),
        live.model().clock().spec(),
        live.manifest().items(),
        live.manifest().dimension(),
        live.openedAt(),
        endpoints.isEmpty() ? null : endpoints.stream().map(EncoderReport::of).toList(),
        refused(published));
  }

  private static @Nullable RefusedGeneration refused(Published published) {
    return published instanceof Published.Refused(String id, String reason, Instant at)
        ? new RefusedGeneration(id, reason, at)
        : null;
  }
}
