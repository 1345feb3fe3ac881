/// Budgets of memory: [MemorySize] as people write them, [MemoryNeed] part by part, and the refusal
/// of what doesn't fit. What needs how much is known where it is used.
@NullMarked
package dev.hstu.index.memory;

import org.jspecify.annotations.NullMarked;
