/// What is compared: our own indexes, Lucene's graph, JVector, and peers in C++ as processes, all
/// behind [dev.hstu.benchmarks.contenders.Contender].
/// [dev.hstu.benchmarks.contenders.ContenderKind] lists them. How they are compared stays out.
@NullMarked
package dev.hstu.benchmarks.contenders;

import org.jspecify.annotations.NullMarked;
