/// The running process: [LiveGeneration] holds everything one generation needs and
/// [GenerationSwitch] is the one reference to it that requests take; [GenerationWatcher] follows
/// `CURRENT`; [RetrievalWorkers] bound the work taken on; [RunningService] starts and stops it all.
///
/// What stays out: the wire (`http`) and the search itself (`retrieve`).
@NullMarked
package dev.hstu.retrieval.serving;

import org.jspecify.annotations.NullMarked;
