/// What an index of a size costs: built and searched by processes of their own inside memory
/// cgroups. [dev.hstu.benchmarks.size.SizeRun] is the measurement,
/// [dev.hstu.benchmarks.size.SizeChild] what runs inside.
@NullMarked
package dev.hstu.benchmarks.size;

import org.jspecify.annotations.NullMarked;
