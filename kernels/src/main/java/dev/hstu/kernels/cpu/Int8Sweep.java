package dev.hstu.kernels.cpu;

import java.lang.foreign.MemorySegment;

/// Exact integer inner products of int8 codes: sweeps rows with several queries at once and gives
/// out those rows whose product reaches the query's floor. Every implementation gives out the same
/// rows and products. Stateless: any thread may sweep, each with its own [SweepBuffers].
public interface Int8Sweep {

  /// Value of `nextOffsetBytes` where no further sweep is known.
  long NO_NEXT = -1;

  /// Sweeps `rows` rows for the queries and floors in `buffers` and leaves there, query by query
  /// and in ascending order, the rows (from 0) whose product is at least the floor.
  ///
  /// @param codes native memory that holds [CodeBlocks] within ±[CodeBlocks#MAX_CODE]
  /// @param offsetBytes where the first block begins in `codes`
  /// @param nextOffsetBytes where a later sweep of about as many rows will begin in `codes`, which
  ///     may be fetched meanwhile; or [#NO_NEXT]
  /// @param rows 0..[SweepBuffers#maxRows]
  /// @throws IndexOutOfBoundsException when `codes` doesn't hold so many rows, or `buffers` has no
  ///     room for them
  void sweep(
      MemorySegment codes, long offsetBytes, long nextOffsetBytes, int rows, SweepBuffers buffers);

  /// What does the work, for the log of a start.
  String description();
}
