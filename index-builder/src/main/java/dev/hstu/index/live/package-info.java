/// Items that change while they are searched. [UpdateLog] makes updates durable, [LiveIndex] makes
/// them searchable over an open generation, and a [LiveSnapshot] is what one search sees. The log
/// is the truth: everything else here is made of it anew at each start. Building generations stays
/// out, but for what a build takes out of the log ([CarriedUpdates]).
@NullMarked
package dev.hstu.index.live;

import org.jspecify.annotations.NullMarked;
