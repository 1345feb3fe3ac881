/// What every index scans with: inner products of queries with rows of vectors, and the best rows
/// seen so far. [dev.hstu.index.scan.InnerProducts] is the arithmetic that all scores come from.
/// Filters, segments and files stay out.
@NullMarked
package dev.hstu.index.scan;

import org.jspecify.annotations.NullMarked;
