/// How much work is taken on, and how well it is answered while there is too much of it:
/// [GradientLimit] finds by latency how much may be under way, [QualityLadder] steps down from
/// full answers to cheaper ones and back, [AdmissionControl] asks both. Start there.
///
/// Nothing here reads a clock, starts a thread or knows a request: times come in as arguments, so
/// that hours of load are simulated in a test. Who runs the work is `serving`.
@NullMarked
package dev.hstu.retrieval.admission;

import org.jspecify.annotations.NullMarked;
