/// What the service tells of single requests: trace context in and out, spans, log lines. Start at
/// [Tracing], which begins a [RequestTrace] for each request; whatever works for the request finds
/// it in [CurrentTrace]. [LogFormat] sets how lines look, [RequestLog] which requests get one.
///
/// What stays out: sums over requests (`serving.ServiceMetrics`), HTTP types, and whatever a user
/// did: no span and no line has a key, an id of a user, or a history.
@NullMarked
package dev.hstu.retrieval.telemetry;

import org.jspecify.annotations.NullMarked;
