/// Kernels compiled for the processor, and the memory layout they share with the code that does the
/// same work where they can't run. Start at [dev.hstu.kernels.cpu.Int8Sweep]; choosing between
/// implementations, and what the products mean, stay out. Beside them, [BackgroundThreads] and
/// [CompilerThreads], the latter by [CompilingTime]: work that leaves the processor to those; and
/// [RealTimeClaim]: threads that measure them, and get it first.
@NullMarked
package dev.hstu.kernels.cpu;

import org.jspecify.annotations.NullMarked;
