/// Whether a generation may serve: [dev.hstu.retrieval.gate.PublishGate] judges it beside the live
/// one by its files, its items and what golden users get from it, and
/// [dev.hstu.retrieval.gate.Publications] publishes, keeps the verdict and logs who forced what.
/// Each question is one class that answers with a [dev.hstu.retrieval.gate.CheckResult]; their
/// bounds are configuration. How ranks and recall are measured stays in `evaluate`.
@NullMarked
package dev.hstu.retrieval.gate;

import org.jspecify.annotations.NullMarked;
