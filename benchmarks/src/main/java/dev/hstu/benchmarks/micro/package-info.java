/// JMH: each class answers one question, checks its answer against a reference before it is timed,
/// and makes its data from a seed.
@NullMarked
package dev.hstu.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
