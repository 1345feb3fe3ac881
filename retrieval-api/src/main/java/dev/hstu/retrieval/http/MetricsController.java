package dev.hstu.retrieval.http;

import dev.hstu.retrieval.access.Role;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;

/// `GET /metrics` in Prometheus' text format.
@Controller
@Tag(name = "operation")
final class MetricsController {

  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry;

  MetricsController(PrometheusMeterRegistry registry) {
    this.registry = registry;
  }

  @Needs(Role.READ)
  @Get("/metrics")
  @Produces(PROMETHEUS_TEXT)
  @ExecuteOn(TaskExecutors.BLOCKING)
  @Operation(operationId = "metrics", summary = "Rates, latencies by stage, what serves")
  String metrics() {
    return registry.scrape();
  }
}
