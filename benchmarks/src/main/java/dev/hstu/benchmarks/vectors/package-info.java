/// Vectors to search in and queries to ask, from a seed, from files or from a trained model:
/// [dev.hstu.benchmarks.vectors.VectorSource] lists the sources, and all end up as
/// [dev.hstu.benchmarks.vectors.SearchData]. Indexes stay out.
@NullMarked
package dev.hstu.benchmarks.vectors;

import org.jspecify.annotations.NullMarked;
