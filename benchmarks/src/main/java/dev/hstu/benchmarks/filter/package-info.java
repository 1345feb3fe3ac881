/// What a filter costs a search: the same queries with and without one, taking turns. Start at
/// [FilterComparison].
@NullMarked
package dev.hstu.benchmarks.filter;

import org.jspecify.annotations.NullMarked;
