package dev.hstu.retrieval.http;

import dev.hstu.encoder.Encoder;
import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.serving.GenerationWatcher;
import dev.hstu.retrieval.serving.LiveGeneration;
import dev.hstu.retrieval.serving.Readiness;
import dev.hstu.retrieval.serving.ServiceState;
import dev.hstu.retrieval.tier.EmbeddingSources;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;

/// `GET /health/live` (restart the process when it fails), `GET /health/ready` (send no requests
/// when it fails; the problem says why) and `GET /health/engines` (why another engine can't run
/// here).
@Controller("/health")
@Tag(name = "operation")
final class HealthController {

  private static final Liveness LIVE = new Liveness("live");

  private final ServiceState state;
  private final GenerationWatcher watcher;
  private final EmbeddingSources sources;
  private final ProblemResponses problems;

  HealthController(
      ServiceState state,
      GenerationWatcher watcher,
      EmbeddingSources sources,
      ProblemResponses problems) {
    this.state = state;
    this.watcher = watcher;
    this.sources = sources;
    this.problems = problems;
  }

  @NeedsNoKey("the platform's probes carry none")
  @Get("/live")
  @Operation(operationId = "live", summary = "Whether the process answers")
  Liveness live() {
    return LIVE;
  }

  @Needs(Role.READ)
  @Get("/engines")
  @Operation(
      operationId = "engines",
      summary = "Which engines can run on this machine, and why the others can't")
  List<EngineReport> engines() {
    return Encoder.engines().stream().map(EngineReport::of).toList();
  }

  @NeedsNoKey("the platform's probes carry none")
  @Get("/ready")
  @Operation(
      operationId = "ready",
      summary = "Whether a generation is open, verified and warmed, and which")
  @ApiResponse(
      responseCode = "200",
      description = "Ready",
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = HealthReport.class)))
  @ApiResponse(
      responseCode = "503",
      description = "Not ready, and why",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  HttpResponse<?> ready() {
    return switch (state.readiness()) {
      case Readiness.Ready(LiveGeneration live) ->
          HttpResponse.ok(HealthReport.of(live, watcher.published(), sources.endpoints()))
              .contentType(MediaType.APPLICATION_JSON_TYPE);
      case Readiness.NotReady(String reason) ->
          problems.of(Problem.of(ProblemType.NOT_READY, reason));
      case Readiness.Stopping() ->
          problems.of(
              Problem.of(ProblemType.SHUTTING_DOWN, "this process is stopping; send it elsewhere"));
    };
  }
}
