/// Search among item vectors. [ItemIndex] is the one interface; [ItemIndexWriter] and
/// [OpenIndex] write and open the one that [IndexSettings] describe. [ExactScan] is the truth and
/// enough for small catalogues, [GraphIndex] suits small k and diffuse data, [PartitionIndex] large
/// k and clustered data. All return full-precision inner products and exactly k
/// candidates, or all that pass the filter when those are fewer. Generations, files and models stay
/// out.
@NullMarked
package dev.hstu.index.search;

import org.jspecify.annotations.NullMarked;
