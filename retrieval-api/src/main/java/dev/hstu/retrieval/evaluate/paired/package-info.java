/// Statistics of two figures for the same users: whether a difference can be chance
/// ([dev.hstu.retrieval.evaluate.paired.McNemar],
/// [dev.hstu.retrieval.evaluate.paired.PairedBootstrap]) and which one could have been seen at all
/// ([dev.hstu.retrieval.evaluate.paired.DetectableEffect]). Numbers only; models, ranks and reports
/// stay out.
@NullMarked
package dev.hstu.retrieval.evaluate.paired;

import org.jspecify.annotations.NullMarked;
