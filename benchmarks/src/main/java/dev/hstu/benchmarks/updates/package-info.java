/// What updates cost the searches beside them: [UpdateLoad] measures one live index without and
/// with a steady stream of updates.
@NullMarked
package dev.hstu.benchmarks.updates;

import org.jspecify.annotations.NullMarked;
