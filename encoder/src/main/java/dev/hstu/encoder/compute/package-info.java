/// What every engine has in common, and the plain Java reference all others are held equal to. Each
/// other engine has a room of its own below; none of them is named here.
@NullMarked
package dev.hstu.encoder.compute;

import org.jspecify.annotations.NullMarked;
