/// A night: what has come in since the last one becomes a published generation, or a report that
/// says why not while yesterday's generation goes on serving.
///
/// Start at [Nightly]. A night is a list of [NightStep]s, each a small class ([NightWork]); what is
/// done stands in its [NightJournal], so that a killed night goes on where it was and makes the
/// same content. The work itself is that of the verbs: import, training, item vectors, building,
/// publishing live in their own rooms and are called here. What a terminal shows stays outside
/// ([NightListener]).
@NullMarked
package dev.hstu.retrieval.nightly;

import org.jspecify.annotations.NullMarked;
