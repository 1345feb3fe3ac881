/// A bounded load on a running service over HTTP, with latencies counted from the instant a request
/// was due, so that a stalled server cannot hide the requests it kept waiting.
@NullMarked
package dev.hstu.benchmarks.load;

import org.jspecify.annotations.NullMarked;
