/// What each part costs, measured; nothing depends on this room.
@NullMarked
package dev.hstu.benchmarks;

import org.jspecify.annotations.NullMarked;
