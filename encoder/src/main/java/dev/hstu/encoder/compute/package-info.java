/// What every engine has in common, and the plain Java reference all others are held equal to:
/// start at [ReferenceModel] and [ReferenceHstu], its blocks in the order of HSTU.md. [BatchBounds]
/// is what every engine checks before it computes; [TraceableEncoder] and [LossAndGradients] are
/// what verification asks of one. Each other engine has a room of its own below; none is named
/// here.
@NullMarked
package dev.hstu.encoder.compute;

import org.jspecify.annotations.NullMarked;
