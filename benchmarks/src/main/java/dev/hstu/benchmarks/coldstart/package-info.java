/// What a model can do for items it was never trained on: some are taken out of the data before
/// training, come back with their labels alone, and are looked for. Start at [ColdStart].
@NullMarked
package dev.hstu.benchmarks.coldstart;

import org.jspecify.annotations.NullMarked;
