/// From a catalogue and its users to a tuned index: [dev.hstu.retrieval.tune.IndexTuning] is the
/// entry. The measuring itself is `dev.hstu.index.tune`.
@NullMarked
package dev.hstu.retrieval.tune;

import org.jspecify.annotations.NullMarked;
