package dev.hstu.retrieval.config;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/// Where spans of requests go; `tracing.*`.
///
/// @param endpoint that takes OTLP over HTTP; empty exports nothing
/// @param sampleShare of the requests whose caller has decided nothing, 0 to 1
/// @param maxQueuedSpans that wait for export; more are dropped
public record TracingSettings(Optional<URI> endpoint, double sampleShare, int maxQueuedSpans) {

  private static final String NONE = "none";

  static final Setting<String> ENDPOINT =
      Setting.matching(
          "tracing.endpoint",
          NONE,
          "none|https?://[^\\s/]+(/\\S*)?",
          "none, or an address such as http://127.0.0.1:4318/v1/traces",
          "Sends spans of sampled requests to this collector by OTLP (HTTP, protobuf). Without it no"
              + " span is made and nothing leaves the machine; trace ids pass through all the same.");
  static final Setting<Double> SAMPLE_SHARE =
      Setting.decimal(
          "tracing.sample-share",
          0.01,
          0,
          1,
          "Share of the requests without a traceparent that are traced; those with one are where"
              + " their caller says so.");
  static final Setting<Integer> MAX_QUEUED_SPANS =
      Setting.integer(
          "tracing.max-queued-spans",
          2048,
          512,
          65_536,
          "Spans that wait for export, about 1 KiB each; more are dropped, so that a collector which"
              + " is down costs no memory.");

  static final List<Setting<?>> SETTINGS = List.of(ENDPOINT, SAMPLE_SHARE, MAX_QUEUED_SPANS);

  static TracingSettings from(SettingValues values) {
    String endpoint = values.get(ENDPOINT);
    try {
      return new TracingSettings(
          endpoint.equals(NONE) ? Optional.empty() : Optional.of(URI.create(endpoint)),
          values.get(SAMPLE_SHARE),
          values.get(MAX_QUEUED_SPANS));
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException(
          "%s=%s is no address; set %s".formatted(ENDPOINT.key(), endpoint, ENDPOINT.allowed()));
    }
  }
}
