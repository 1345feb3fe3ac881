/// Search among item vectors. [ItemIndex] is the one interface; [ExactScan] is the truth and
/// [GraphIndex] the default above some tens of thousands of items; [PartitionIndex] sweeps
/// partitions and suits larger k. All return full-precision inner products and exactly k
/// candidates, or all that pass the filter when those are fewer. Generations, files and models stay
/// out.
@NullMarked
package dev.hstu.index.search;

import org.jspecify.annotations.NullMarked;
