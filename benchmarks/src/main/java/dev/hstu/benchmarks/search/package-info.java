/// How indexes are compared: [dev.hstu.benchmarks.search.SearchComparison] tunes each contender to
/// just reach a recall on one half of the queries, then lets them take turns on the other. What is
/// compared, and on what data, stays out.
@NullMarked
package dev.hstu.benchmarks.search;

import org.jspecify.annotations.NullMarked;
