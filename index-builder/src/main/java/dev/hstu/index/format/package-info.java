/// Our Lucene vector format: vectors stored by k-means partition and swept in order.
/// [dev.hstu.index.format.IvfVectorsFormat] is the entry and documents the files field by field;
/// [dev.hstu.index.format.PartitionSearch] is how a segment is searched below Lucene's query layer.
/// Catalogues, item filters and generations stay out.
@NullMarked
package dev.hstu.index.format;

import org.jspecify.annotations.NullMarked;
